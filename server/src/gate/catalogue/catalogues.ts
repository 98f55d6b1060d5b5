import { noOperator } from '../../audit/record.ts';
import type { Cause } from '../../change/cause.ts';
import { change, describe } from '../../change/change.ts';
import { newId } from '../../crypto/tokens.ts';
import type { Db } from '../../db/database.ts';
import { perDatabase, preparedRead } from '../../db/reads.ts';
import type { Catalogues } from '../../db/schema.ts';
import { Failure } from '../../failure.ts';
import { type ApiOperation, DescriptionError } from './description.ts';
import { isPlainPath, likenessOf, type Matched, routerOf } from './router.ts';

/** A guarded API: what it can do, and what is said of calls that it does not describe. */
export type Catalogue = {
  readonly name: string;
  /** The host that it stands at; undefined for any. */
  readonly host: string | undefined;
  readonly unknown: 'deny' | 'signed in';
  readonly operations: readonly ApiOperation[];
};

/** What an import changes, by the name of the operation. */
export type Changes = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The same name at another method or path. */
  readonly moved: readonly string[];
};

/** What a new description would change. */
export function changesOf(before: readonly ApiOperation[], after: readonly ApiOperation[]): Changes {
  const [old, now] = [placesOf(before), placesOf(after)];
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    moved: [...now].filter(([name, place]) => old.has(name) && old.get(name) !== place).map(([name]) => name),
  };
}

function placesOf(operations: readonly ApiOperation[]): ReadonlyMap<string, string> {
  return new Map(operations.map(({ operation, method, path }) => [operation, `${method} ${path}`]));
}

/**
 * Saves a catalogue instead of the one of the same name.
 * @throws DescriptionError when it has names, or takes requests, of another one
 */
export async function saveCatalogue(cause: Cause, { name, host, unknown, operations }: Catalogue): Promise<void> {
  await change(cause, noOperator, async (c) => {
    const others = (await readCatalogues(c.db)).filter((other) => other.name !== name);
    assertApart({ host, operations }, others);
    const columns = { host: host ?? '', unknown, operations: JSON.stringify(operations), revision: newId() };
    await c.db
      .insertInto('catalogues')
      .values({ name, ...columns, imported_at: c.now })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ ...columns, imported_at: c.now }))
      .execute();
    describe(c, { target: `catalogue:${name}` });
  });
}

/** SECURITY: one name, or one request, must not mean two operations. */
function assertApart({ host, operations }: Pick<Catalogue, 'host' | 'operations'>, others: readonly Catalogue[]): void {
  const names = new Map(others.flatMap((other) => other.operations.map(({ operation }) => [operation, other.name])));
  const beside = others.filter((other) => host === undefined || other.host === undefined || other.host === host);
  const shapes = new Map(beside.flatMap((other) => other.operations.map((one) => [shapeOf(one), other.name])));
  const problems = operations.flatMap((one) => {
    const [byName, byShape] = [names.get(one.operation), shapes.get(shapeOf(one))];
    return [
      ...(byName === undefined ? [] : [`${one.operation} is an operation of the catalogue ${byName} already`]),
      ...(byShape === undefined ? [] : [`${one.method} ${one.path} is taken by the catalogue ${byShape}`]),
    ];
  });
  if (problems.length > 0) throw new DescriptionError(problems.slice(0, 20));
}

function shapeOf({ method, path }: ApiOperation): string {
  return `${method} ${path.replace(/\{[^{}]*\}/g, '{}')}`;
}

/**
 * Removes a catalogue. Permissions that name its operations stay as they are.
 * @throws Failure COM0404
 */
export async function removeCatalogue(cause: Cause, name: string): Promise<void> {
  await change(cause, noOperator, async (c) => {
    const { numDeletedRows } = await c.db.deleteFrom('catalogues').where('name', '=', name).executeTakeFirst();
    if (numDeletedRows !== 1n) throw new Failure('COM0404');
    describe(c, { target: `catalogue:${name}` });
  });
}

/** Every catalogue, by name. */
export async function readCatalogues(db: Db): Promise<Catalogue[]> {
  return (await db.selectFrom('catalogues').selectAll().orderBy('name').execute()).map(toCatalogue);
}

function toCatalogue({ name, host, unknown, operations }: Catalogues): Catalogue {
  return { name, host: host === '' ? undefined : host, unknown, operations: JSON.parse(operations) as ApiOperation[] };
}

/** A request as the guarded program got it. */
export type ApiRequest = { readonly host: string | undefined; readonly method: string; readonly path: string };

/** The operation of a request; of one that no catalogue describes, what is said of it. */
export type Found = { readonly matched: Matched } | { readonly unknown: Catalogue['unknown'] };

type Place = Pick<Catalogue, 'host' | 'unknown'> & {
  readonly match: ReturnType<typeof routerOf>;
  readonly isLike: ReturnType<typeof likenessOf>;
};

const revisions = preparedRead(
  (db) => db.selectFrom('catalogues').select('revision').orderBy('name'),
  (rows) => rows.map(({ revision }) => revision).join(),
);

const kept = perDatabase(() => ({ revision: '', places: [] as readonly Place[] }));

/**
 * The operation that a request calls, by what is in the catalogues now. HEAD is GET without a body (RFC 9110 §9.3.2): it
 * is judged as the GET of its path where it is not described itself.
 */
export async function findApiOperation(db: Db, { host, method, path }: ApiRequest): Promise<Found> {
  const there = (await placesIn(db)).filter((place) => isAt(place, host));
  const methods = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
  for (const one of methods) {
    for (const { match } of there) {
      const matched = match(one, path);
      if (matched) return { matched };
    }
  }
  // SECURITY: what stands at the same host under several catalogues is only let by when all of them let it by; and never
  // what the program behind may take for a described path all the same.
  const lets = there.length > 0 && there.every(({ unknown }) => unknown === 'signed in');
  const hides = !isPlainPath(path) || there.some(({ isLike }) => methods.some((one) => isLike(one, path)));
  return { unknown: lets && !hides ? 'signed in' : 'deny' };
}

/** A host that is written without a port is meant at every port. */
function isAt(place: Pick<Catalogue, 'host'>, host = ''): boolean {
  const asked = host.toLowerCase();
  return place.host === undefined || place.host === asked || place.host === asked.replace(/:\d+$/, '');
}

async function placesIn(db: Db): Promise<readonly Place[]> {
  const own = kept(db);
  const revision = await revisions(db);
  if (own.revision !== revision) {
    const catalogues = await readCatalogues(db);
    own.places = catalogues.map(({ host, unknown, operations }) => {
      // Who lets nothing by that is not described needs not know what it is like.
      const isLike = unknown === 'deny' ? () => false : likenessOf(operations);
      return { host, unknown, match: routerOf(operations), isLike };
    });
    own.revision = revision;
  }
  return own.places;
}

/** Where permissions name an operation: whoever has them loses or keeps nothing, but they are about nothing any more. */
export async function permissionsNaming(db: Db, operation: string): Promise<string[]> {
  const named = `%"${operation.replace(/[\\%_]/g, '\\$&')}"%`;
  const like = <C extends string>(column: C) => [column, 'like', named] as const;
  const users = await db
    .selectFrom('users')
    .select(['operator_id', 'user_name'])
    .where(...like('permission'))
    .execute();
  const roles = await db
    .selectFrom('roles')
    .select(['operator_id', 'role_id'])
    .where(...like('permission'))
    .execute();
  const operators = await db
    .selectFrom('operators')
    .select('operator_id')
    .where(...like('default_permissions'))
    .execute();
  return [
    ...users.map((row) => `${row.operator_id} user ${row.user_name}`),
    ...roles.map((row) => `${row.operator_id} role ${row.role_id}`),
    ...operators.map((row) => `${row.operator_id} default permissions`),
  ];
}
