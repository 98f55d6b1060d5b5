import { circles, importProblem, isRoutes, pairs, partOf, server, withoutPlace } from './directions.ts';
import type { TableUse } from './facts.ts';
import { maxLines, maxParameters, movesRows, owners, schemaFile, writesStatus } from './layout.ts';
import type { Source } from './sources.ts';

export const rules = {
  place: 'Every folder and file of server/src has a place in layout.ts',
  import: 'A folder imports what stands above it only',
  pair: 'No two folders import each other',
  circle: 'No circles of imports',
  owner: 'A table is written by one folder only',
  routes: 'A routes.ts has no SQL and no transactions',
  parameters: `No function has more than ${maxParameters} parameters`,
  status: 'The status of an answer comes from its operation',
  outside: 'Clock, environment and randomness come through Context',
  lines: `No file is longer than ${maxLines} lines`,
  tolerated: 'What tolerated.ts allows is still there',
} as const;

export type Rule = keyof typeof rules;
export type Finding = { rule: Rule; path: string; line: number; problem: string };

/** Everything in which the sources break the rules. */
export function judge(sources: readonly Source[]): Finding[] {
  const code = sources.filter(({ path }) => !isTest(path));
  return [
    ...code.flatMap(judgeFile),
    ...sources.flatMap(tooLong),
    ...withoutPlace(code).map((part) => found('place', { path: server + part, line: 1, problem: 'has no place' })),
    ...pairs(code).map(([from, to]) =>
      found('pair', { path: server + from, line: 1, problem: `${from} and ${to} import each other` }),
    ),
    ...circles(code).map(({ path, ring }) => found('circle', { path, line: 1, problem: ring.join(' → ') })),
  ];
}

/** Tests may look at anything. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$|(^|\/)(test|tests|testing)\//.test(path) || /^(e2e|scripts|bench|policy\/bench)\//.test(path);
}

function judgeFile(source: Source): Finding[] {
  return [
    ...source.imports.flatMap((entry) => at('import', source, entry.line, importProblem(source.path, entry))),
    ...ownership(source),
    ...inRoutes(source),
    ...tooManyParameters(source),
    ...typedStatus(source),
    ...readsOutside(source),
  ];
}

function found(rule: Rule, where: Omit<Finding, 'rule'>): Finding {
  return { rule, ...where };
}

function at(rule: Rule, { path }: Source, line: number, problem: string | undefined): Finding[] {
  return problem === undefined ? [] : [{ rule, path, line, problem }];
}

function tooLong(source: Source): Finding[] {
  return source.lines > maxLines ? at('lines', source, maxLines, `${source.lines} lines`) : [];
}

function ownership(source: Source): Finding[] {
  const orphans = source.path === schemaFile ? source.tables.filter(({ name }) => owners[name] === undefined) : [];
  return [
    ...orphans.flatMap(({ name, line }) => at('owner', source, line, `${name} has no owner in layout.ts`)),
    ...foreignWrites(source).flatMap((use) => at('owner', source, use.line, writeProblem(use))),
    ...(isServer(source) ? source.rawWrites : []).flatMap((line) =>
      at('owner', source, line, 'writes with text as SQL'),
    ),
  ];
}

/** The writes of a file to tables that its folder does not own, or that the source does not name. */
export function foreignWrites(source: Source): TableUse[] {
  if (!isServer(source) || movesRows.some((path) => source.path.startsWith(path))) return [];
  return source.writes.filter(({ table }) => table === undefined || owners[table] !== partOf(source.path));
}

/** Reads are free; how many cross a border is worth knowing. */
export function foreignReads(source: Source): TableUse[] {
  if (!isServer(source) || isTest(source.path)) return [];
  return source.reads.filter(({ table = '' }) => owners[table] !== undefined && owners[table] !== partOf(source.path));
}

function writeProblem({ verb, table }: TableUse): string {
  if (table === undefined) return `${verb} of a table whose name is not written out`;
  const owner = owners[table];
  return `${verb}('${table}'): ${owner === undefined ? 'nobody owns it' : `${owner} writes it`}`;
}

function inRoutes(source: Source): Finding[] {
  if (!isRoutes(source.path)) return [];
  const calls = [...source.writes, ...source.reads].map(({ verb, line }) => ({ line, problem: `calls ${verb}` }));
  const raw = source.transactions.map((line) => ({ line, problem: 'calls transaction' }));
  const imported = source.imports.flatMap(({ specifier, names, line }) => {
    if (/^kysely(\/|$)/.test(specifier)) return [{ line, problem: 'imports kysely' }];
    return names.includes('transaction') ? [{ line, problem: 'imports transaction' }] : [];
  });
  return [...imported, ...calls, ...raw].map((where) => found('routes', { path: source.path, ...where }));
}

function tooManyParameters(source: Source): Finding[] {
  if (!isServer(source) && !source.path.startsWith('policy/src/')) return [];
  const many = source.functions.filter(({ parameters }) => parameters > maxParameters);
  return many.flatMap(({ name, parameters, line }) => at('parameters', source, line, `${name} has ${parameters}`));
}

function typedStatus(source: Source): Finding[] {
  if (!isServer(source) || writesStatus.includes(partOf(source.path))) return [];
  return source.statusCodes.flatMap((line) => at('status', source, line, 'a status code as a number'));
}

/** Time, environment and randomness come through `Context`, so that tests can set them. */
function readsOutside(source: Source): Finding[] {
  const { path } = source;
  const isEdge = /^server\/src\/((config|cli)\/)/.test(path);
  if (isEdge || !/^(server|policy|contract)\/src\//.test(path)) return [];
  const free = path.startsWith(`${server}crypto/`) ? 'randomness (the global crypto)' : undefined;
  return source.outside.flatMap(({ what, line }) =>
    what === free ? [] : at('outside', source, line, `reads ${what}`),
  );
}

function isServer({ path }: Source): boolean {
  return path.startsWith(server);
}
