import { noOperator } from '../../audit/record.ts';
import { type ApiOperation, type Catalogue, ofHost, readCatalogues } from '../../authorize/imported.ts';
import type { Cause } from '../../change/cause.ts';
import { type Change, change, changeAuthority, describe } from '../../change/change.ts';
import { assertUnchanged } from '../../change/etag.ts';
import { newId } from '../../crypto/tokens.ts';
import type { Db } from '../../db/database.ts';
import { Failure } from '../../failure.ts';
import { limits } from '../../limits.ts';
import { meet } from './find.ts';
import { DescriptionError, type Problem } from './problem.ts';
import { writtenTemplate } from './template.ts';

/** Where requests find an operation; the path as a description writes it. */
export type Place = Pick<ApiOperation, 'method' | 'path'>;
export type Described = Place & Pick<ApiOperation, 'operation'>;

/** Where a catalogue counts, and what it says of calls that it does not describe. */
export type Reach = Pick<Catalogue, 'host' | 'unknown'>;

/** What an import changes. */
export type Changes = {
  /** Only where it differs; empty for any host. */
  readonly host?: Turn<string>;
  /** Only where it differs. */
  readonly unknown?: Turn<Reach['unknown']>;
  readonly added: Described[];
  readonly removed: Described[];
  /** The same method and path by another name. */
  readonly renamed: (Place & { readonly from: string; readonly to: string })[];
  /** The same name at another method or path. */
  readonly moved: { readonly operation: string; readonly from: Place; readonly to: Place }[];
};

type Turn<T> = { readonly from: T; readonly to: T };
type Version = Reach & Pick<Catalogue, 'operations'>;

/** What a new version of a catalogue would change; without one, what removing it would. */
export function changesOf(before: Version | undefined, after: Version | undefined): Changes {
  const reach = before && after ? reachChanges(before, after) : {};
  return { ...reach, ...operationChanges(before?.operations ?? [], after?.operations ?? []) };
}

function reachChanges(before: Reach, after: Reach): Pick<Changes, 'host' | 'unknown'> {
  const host = { from: before.host ?? '', to: after.host ?? '' };
  const unknown = { from: before.unknown, to: after.unknown };
  return { ...(host.from !== host.to && { host }), ...(unknown.from !== unknown.to && { unknown }) };
}

function operationChanges(
  before: readonly ApiOperation[],
  after: readonly ApiOperation[],
): Omit<Changes, 'host' | 'unknown'> {
  const [old, now] = [placesOf(before), placesOf(after)];
  const names = new Map([...now].map(([name, place]) => [textOf(place), name]));
  const renamed = [...old].flatMap(([from, place]) => {
    const to = names.get(textOf(place));
    return to === undefined || now.has(from) || old.has(to) ? [] : [{ from, to, ...place }];
  });
  const [gone, come] = [new Set(renamed.map(({ from }) => from)), new Set(renamed.map(({ to }) => to))];
  return {
    added: described(now, (name) => !old.has(name) && !come.has(name)),
    removed: described(old, (name) => !now.has(name) && !gone.has(name)),
    renamed,
    moved: [...now].flatMap(([operation, to]) => {
      const from = old.get(operation);
      return from && textOf(from) !== textOf(to) ? [{ operation, from, to }] : [];
    }),
  };
}

type Places = ReadonlyMap<string, Place>;

function placesOf(operations: readonly ApiOperation[]): Places {
  return new Map(operations.map(({ operation, method, path }) => [operation, { method, path: writtenTemplate(path) }]));
}

function textOf({ method, path }: Place): string {
  return `${method} ${path}`;
}

function described(places: Places, isOne: (name: string) => boolean): Described[] {
  return [...places].flatMap(([operation, place]) => (isOne(operation) ? [{ operation, ...place }] : []));
}

/** What is imported: for one operator, or for all when it is the host's. */
export type Imported = Omit<Catalogue, 'revision' | 'importedAt'>;

/**
 * Saves a catalogue instead of the one of the same name.
 * @param ifMatch tag of the revision that the caller saw
 * @throws DescriptionError when it has names, or takes requests, of another one; Failure COM0412
 */
export async function saveCatalogue(cause: Cause, imported: Imported, ifMatch?: string): Promise<void> {
  const { operatorId, name, host, unknown, operations } = imported;
  await changeCatalogues(cause, operatorId, async (c) => {
    const all = await readCatalogues(c.db, operatorId);
    assertUnchanged(ifMatch, all.find((one) => one.name === name)?.revision ?? '');
    const problems = await problemsBeside(c.db, imported);
    if (problems.length > 0) throw new DescriptionError(problems);
    const columns = { host: host ?? '', unknown, operations: JSON.stringify(operations), revision: newId() };
    await c.db
      .insertInto('catalogues')
      .values({ ...keyOf(operatorId, name), name, ...columns, imported_at: c.now })
      .onConflict((conflict) => conflict.column('catalogue_id').doUpdateSet({ ...columns, imported_at: c.now }))
      .execute();
    describe(c, { target: `catalogue:${name}`, detail: { operations: operations.length } });
  });
}

/** What decisions of an operator rest on changes behind its revision; what the host does is about no operator. */
async function changeCatalogues(cause: Cause, operatorId: string, work: (c: Change) => Promise<void>): Promise<void> {
  if (operatorId === ofHost) await change(cause, noOperator, work);
  else await changeAuthority(cause, operatorId, work);
}

function keyOf(operatorId: string, name: string) {
  return { catalogue_id: `${operatorId}/${name}`, operator_id: operatorId === ofHost ? null : operatorId };
}

/** Why a catalogue cannot stand beside those that there are; up to 20 reasons. */
export async function problemsBeside(db: Db, imported: Imported): Promise<Problem[]> {
  const { operatorId, name, operations } = imported;
  const own = (await readCatalogues(db, operatorId)).filter((other) => other.name !== name);
  const ofAll = operatorId === ofHost ? [] : await readCatalogues(db, ofHost);
  return [
    ...(operatorId === ofHost ? [] : tooMany(own, operations.length)),
    // Of two that have a name, the host's is told.
    ...conflictsWith([...own, ...ofAll], imported),
  ].slice(0, limits.catalogue.problems);
}

/** What the host may import is its own matter; what operators import is kept in one memory for all. */
function tooMany(others: readonly Catalogue[], more: number): Problem[] {
  const { perOperator, operations: most } = limits.catalogue;
  const all = others.reduce((sum, { operations }) => sum + operations.length, more);
  return [
    ...(others.length < perOperator
      ? []
      : [{ en: `there are ${perOperator} catalogues already`, ja: `カタログは ${perOperator} 個までです。` }]),
    ...(all <= most
      ? []
      : [
          {
            en: `all catalogues of an operator together have at most ${most} operations; these would be ${all}`,
            ja: `1 つのオペレーターのカタログの操作は合わせて ${most} 個までです。これを含めると ${all} 個になります。`,
          },
        ]),
  ];
}

/** SECURITY: one name, or one request, must not mean two operations. */
function conflictsWith(others: readonly Catalogue[], { host, operations }: Imported): Problem[] {
  const names = new Map(others.flatMap((other) => other.operations.map(({ operation }) => [operation, other.name])));
  const beside = others.filter((other) => meet(other, { host }));
  const shapes = new Map(beside.flatMap((other) => other.operations.map((one) => [shapeOf(one), other.name])));
  return operations.flatMap((one) => {
    const { operation, method, path } = one;
    const [byName, byShape] = [names.get(operation), shapes.get(shapeOf(one))];
    return [
      ...(byName === undefined
        ? []
        : [
            {
              en: `${operation} is an operation of the catalogue ${byName} already; give this one another name by x-permission`,
              ja: `${operation} は、すでにカタログ ${byName} の操作です。x-permission で別の名前を付けてください。`,
            },
          ]),
      ...(byShape === undefined
        ? []
        : [
            {
              en: `${method} ${path} is taken by the catalogue ${byShape}`,
              ja: `${method} ${path} は、カタログ ${byShape} にあります。`,
            },
          ]),
    ];
  });
}

function shapeOf({ method, path }: ApiOperation): string {
  return `${method} ${path.replace(/\{[^{}]*\}/g, '{}')}`;
}

/**
 * Removes a catalogue. Permissions that name its operations stay as they are.
 * @throws Failure COM0404, COM0412
 */
export async function removeCatalogue(
  cause: Cause,
  { operatorId, name }: Pick<Catalogue, 'operatorId' | 'name'>,
  ifMatch?: string,
): Promise<void> {
  await changeCatalogues(cause, operatorId, async (c) => {
    const found = (await readCatalogues(c.db, operatorId)).find((one) => one.name === name);
    if (!found) throw new Failure('COM0404');
    assertUnchanged(ifMatch, found.revision);
    await c.db.deleteFrom('catalogues').where('catalogue_id', '=', keyOf(operatorId, name).catalogue_id).execute();
    describe(c, { target: `catalogue:${name}` });
  });
}
