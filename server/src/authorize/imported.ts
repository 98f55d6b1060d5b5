import type { Operation } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { perDatabase, preparedRead, type Soon, whenThere } from '../db/reads.ts';
import type { Catalogues } from '../db/schema-gate.ts';
import { type KnownOperation, ownOperation, pathVariablesOf, policyOperations } from './catalogue.ts';

/** An operation of a guarded API. */
export type ApiOperation = {
  /** `Tag:operationId`, as permissions name it. */
  readonly operation: string;
  readonly method: string;
  /** With `{name}`s, from the root of the host. */
  readonly path: string;
  readonly summary: string;
  /** Names, as far as the description has them; left out when there are none. */
  readonly queryParameters?: string[];
};

/** The operator of catalogues that the host imported. */
export const ofHost = '';

/** A guarded API: what it can do, and what is said of calls that it does not describe. */
export type Catalogue = {
  /** Empty for one of the host. */
  readonly operatorId: string;
  readonly name: string;
  /** The host that it stands at; undefined for any. */
  readonly host: string | undefined;
  readonly unknown: 'deny' | 'signed in';
  readonly operations: readonly ApiOperation[];
  /** Another one with each import. */
  readonly revision: string;
  readonly importedAt: number;
};

/** The operations that there are for an operator: this server's own, the host's, and those that it imported itself. */
export type Operations = {
  /** The host's come first; a name means the first that has it. */
  readonly catalogues: readonly Catalogue[];
  readonly imported: ReadonlyMap<string, ApiOperation>;
  /** All, as the permission language knows them. */
  readonly policy: readonly Operation[];
  /** How much of what may be kept it takes. */
  readonly weight: number;
};

/** The catalogues of one operator, or of the host, by name. */
export async function readCatalogues(db: Db, operatorId: string): Promise<Catalogue[]> {
  return (await rowsOf(db, operatorId).selectAll().execute()).map(toCatalogue);
}

function rowsOf(db: Db, operatorId: string) {
  const rows = db.selectFrom('catalogues').orderBy('name');
  return operatorId === ofHost ? rows.where('operator_id', 'is', null) : rows.where('operator_id', '=', operatorId);
}

function toCatalogue({ name, unknown, revision, ...row }: Catalogues): Catalogue {
  return {
    operatorId: row.operator_id ?? ofHost,
    name,
    host: row.host === '' ? undefined : row.host,
    unknown,
    operations: JSON.parse(row.operations) as ApiOperation[],
    revision,
    importedAt: row.imported_at,
  };
}

const joined = (rows: readonly { revision: string }[]) => rows.map(({ revision }) => revision).join();
const revisionsOfHost = preparedRead((db) => rowsOf(db, ofHost).select('revision'), joined);
const revisionsOf = preparedRead((db, operatorId) => rowsOf(db, operatorId).select('revision'), joined);

/** By the revisions that they are made of: operators without catalogues of their own share those of the host. */
const kept = perDatabase(() => new Map<string, Operations>());
/** Imported operations that are kept for all; some hundred bytes each. */
const mostKept = 100_000;
/** So many pieces of a path, or names of query parameters, take as much as an operation. */
const namesForOne = 4;

/**
 * Which operations there are for an operator, by what is imported now.
 * SECURITY: of other operators' catalogues nothing; a name of the host's is never another operation for somebody.
 */
export function operationsFor(db: Db, operatorId: string): Soon<Operations> {
  return whenThere(revisionsOfHost(db), (host) =>
    whenThere(operatorId === ofHost ? '' : revisionsOf(db, operatorId), (own) => {
      const key = keyOf(host, own);
      return kept(db).get(key) ?? readOperations(db, operatorId, key);
    }),
  );
}

/** Revisions are IDs. */
function keyOf(host: string, own = ''): string {
  return `${host}/${own}`;
}

async function readOperations(db: Db, operatorId: string, key: string): Promise<Operations> {
  const owners = operatorId === ofHost ? [ofHost] : [ofHost, operatorId];
  const read = await Promise.all(owners.map((owner) => readCatalogues(db, owner)));
  const made = operationsIn(read.flat());
  // What was imported between the two reads belongs to another key, and is kept under it by the next question.
  const [host = '', own] = read.map(joined);
  if (keyOf(host, own) === key && !db.isTransaction) keep(kept(db), key, made);
  return made;
}

function keep(all: Map<string, Operations>, key: string, made: Operations): void {
  all.set(key, made);
  let weight = 0;
  for (const one of all.values()) weight += one.weight;
  for (const [oldest, one] of all) {
    if ((weight <= mostKept && all.size <= 1000) || oldest === key) break;
    all.delete(oldest);
    weight -= one.weight;
  }
}

function weightOf({ path, queryParameters = [] }: ApiOperation): number {
  return 1 + (path.split('/').length + queryParameters.length) / namesForOne;
}

function operationsIn(catalogues: readonly Catalogue[]): Operations {
  const imported = new Map<string, ApiOperation>();
  let weight = 0;
  for (const one of catalogues.flatMap(({ operations }) => operations)) {
    if (!imported.has(one.operation)) imported.set(one.operation, one);
    weight += weightOf(one);
  }
  const policy = [...imported.values()].map((one) => ({
    name: one.operation,
    pathVariables: pathVariablesOf(one),
    method: one.method,
    path: one.path,
  }));
  return { catalogues, imported, policy: [...policyOperations, ...policy], weight };
}

/** The operation of a name; undefined for one of which nothing is known. */
export function operationNamed(db: Db, operatorId: string, name: string): Soon<KnownOperation | undefined> {
  const own = ownOperation(name);
  if (own) return own;
  return whenThere(operationsFor(db, operatorId), ({ imported }) => {
    const found = imported.get(name);
    return found && guarded(found);
  });
}

/** An operation of a guarded API, to be judged. */
export function guarded({
  operation,
  method,
  path,
}: Pick<ApiOperation, 'operation' | 'method' | 'path'>): KnownOperation {
  return { operation, method, path, access: 'permission', isOwn: false, personOnly: false, stepUp: false, traits: [] };
}

/** One that only its program knows. */
export function undescribed(operation: string): KnownOperation {
  return guarded({ operation, method: '', path: '' });
}
