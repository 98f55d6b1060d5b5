import type { KyselyPlugin, OperationNode } from 'kysely';
import { tables } from '../../src/db/migrations/baseline-tables.ts';

/** Tables without `operator_id`: a distributed database keeps a whole copy of them, or has them in one place. */
export const tablesOfNoOperator = Object.entries(tables)
  .filter(([, { columns }]) => !('operator_id' in columns))
  .map(([name]) => name);

type Node = Readonly<Record<string, unknown>> & { readonly kind: string };
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'kind' in value;
const partsOf = (value: unknown): Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);

/** By the name that a statement gives a table: its operator is the one of these names, or is given when empty. */
type Bond = { readonly name: string; readonly to: string };
const given = '(given)';

/** The tables of a statement that it names no operator for, with those of the statements inside it. */
export function unboundTables(root: OperationNode): string[] {
  const found: string[] = [];
  visit(root as unknown as Node, new Set(), found);
  return [...new Set(found)].sort();
}

function visit(node: Node, outer: ReadonlySet<string>, found: string[]): void {
  let inside = outer;
  if (isStatement(node)) {
    const sources = sourcesOf(node);
    const bound = boundNames(node, sources, outer);
    for (const { name, table } of sources) {
      if (table !== undefined && table in tables && !tablesOfNoOperator.includes(table) && !bound.has(name)) {
        found.push(table);
      }
    }
    inside = bound;
  }
  for (const part of Object.values(node).flatMap(partsOf)) visit(part, inside, found);
}

const isStatement = ({ kind }: Node) => /^(Select|Insert|Update|Delete)QueryNode$/.test(kind);

type Source = { readonly name: string; readonly table: string | undefined };

function sourcesOf(statement: Node): Source[] {
  const lists = [statement['from'], statement['using']].filter(isNode);
  const froms = lists.flatMap((list) => partsOf(list['froms'] ?? list['tables'] ?? list));
  const direct = [statement['into'], statement['table']].flatMap(partsOf);
  const joined = partsOf(statement['joins']).map((join) => join['table']);
  return [...froms, ...direct, ...joined].filter(isNode).map(sourceOf);
}

function sourceOf(node: Node): Source {
  if (node.kind === 'AliasNode') return { table: sourceOf(node['node'] as Node).table, name: nameIn(node['alias']) };
  if (node.kind !== 'TableNode') return { table: undefined, name: '' };
  const table = nameIn((node['table'] as Node)['identifier']);
  return { table, name: table };
}

const nameIn = (identifier: unknown) => String((identifier as { name?: string }).name ?? '');

function boundNames(statement: Node, sources: readonly Source[], outer: ReadonlySet<string>): Set<string> {
  const only = sources.length === 1 ? (sources[0] as Source).name : '';
  const bound = new Set([...outer, given]);
  if (insertsOperator(statement)) bound.add(only);
  const conditions = [
    statement['where'],
    ...partsOf(statement['joins']).map((join) => (isNode(join['on']) ? join['on']['on'] : undefined)),
  ];
  const bonds = conditions
    .filter(isNode)
    .flatMap((node) => bondsOf(node.kind === 'WhereNode' ? node['where'] : node, only));
  for (let before = -1; before !== bound.size; ) {
    before = bound.size;
    for (const { name, to } of bonds) {
      if (bound.has(to)) bound.add(name);
      if (bound.has(name) && to !== given) bound.add(to);
    }
  }
  return bound;
}

function insertsOperator({ kind, columns }: Node): boolean {
  if (kind !== 'InsertQueryNode') return false;
  return partsOf(columns).some((column) => nameIn(column['column']) === 'operator_id');
}

/** What holds in any case: both sides of an `and`, and of an `or` what both sides say. */
function bondsOf(node: unknown, only: string): Bond[] {
  if (!isNode(node)) return [];
  if (node.kind === 'ParensNode') return bondsOf(node['node'], only);
  if (node.kind === 'AndNode') return [...bondsOf(node['left'], only), ...bondsOf(node['right'], only)];
  if (node.kind === 'OrNode') {
    const right = bondsOf(node['right'], only);
    return bondsOf(node['left'], only).filter((bond) =>
      right.some(({ name, to }) => name === bond.name && to === bond.to),
    );
  }
  if (node.kind !== 'BinaryOperationNode') return [];
  const operator = String((node['operator'] as Node)['operator']);
  if (operator !== '=' && operator !== 'in') return [];
  const [left, right] = [operatorOf(node['leftOperand'], only), operatorOf(node['rightOperand'], only)];
  if (left === undefined) return right === undefined ? [] : [{ name: right, to: given }];
  return [{ name: left, to: right ?? given }];
}

/** The name of the table whose `operator_id` this is. */
function operatorOf(node: unknown, only: string): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.kind === 'TupleNode')
    return partsOf(node['values'])
      .map((value) => operatorOf(value, only))
      .find(Boolean);
  if (node.kind !== 'ReferenceNode') return undefined;
  const column = node['column'] as Node;
  if (column.kind !== 'ColumnNode' || nameIn(column['column']) !== 'operator_id') return undefined;
  return isNode(node['table']) ? sourceOf(node['table']).name : only;
}

/**
 * The statements that name no operator, by the file that runs them, and why: a database that is distributed by operator
 * asks all its parts for them, or keeps a table of where the secret or the address leads.
 */
const ofAllOperators: readonly (readonly [file: RegExp, tables: RegExp, reason: string])[] = [
  [/^(jobs|clock)\.ts$/, /./, 'the background and a corrected clock: by time, over all operators'],
  [/^cli\//, /./, 'a host command is about the whole installation'],
  [/^db\/reseal\.ts$/, /./, 'a rotation of the keys too'],
  [/^sessions\/(live|sessions)\.ts$/, /sessions/, 'a token is all that a request brings'],
  [/^sessions\/quarantine\.ts$/, /^sessions$/, 'whoever switched may have gone to another operator'],
  [/^sessions\/pending\.ts$/, /^pending_sign_ins$/, 'the token of a pending sign-in is all that the browser brings'],
  [/^factors\/passkey\.ts$/, /^passkeys$/, 'a passkey is all that the browser brings to a whole sign-in'],
  [
    /^factors\/(relying-party|other-host)\.ts$/,
    /^(passkeys|factors,passkeys,.*)$/,
    'the start, and the host, look for passkeys of another host',
  ],
  [/^links\/links\.ts$/, /^mail_tokens$/, 'a mailed token is all that the browser brings'],
  [/^users\/auth-keys\.ts$/, /^auth_keys$/, 'an AuthKey names its ID alone'],
  [/^authorize\/imported\.ts$/, /^catalogues$/, 'the catalogues of the host are there for every operator'],
  [
    /^gate\/catalogue\//,
    /^(users|roles|operators|catalogues)$/,
    'what the host imports, and whose permissions it touches',
  ],
  [/^gate\/forward\/sign-in\.ts$/, /^gate_(codes|sessions)$/, 'a code or a cookie is all that a browser brings'],
  [/^gate\/keys\.ts$/, /^gate_keys$/, 'a gate key is all that a program brings, and may be of the whole host'],
  [/^users\/accounts\.ts$/, /^operators/, 'a root user signs in by address'],
  [/^operators\/restore-primary\.ts$/, /^operators$/, 'a primary address is unique over all operators'],
  [/^authorize\/authority\.ts$/, /^trusted_principals,users$/, 'users of other operators that trust this one'],
  [/^audit\/chain\.ts$/, /^audit_(log|heads)$/, 'the list of chains, each of which is then checked by itself'],
  [
    /^audit\/(retention|witness|anchors)\.ts$/,
    /^audit_heads(,audit_log)?$/,
    'the list of chains too: those that are due, and where all end',
  ],
  [/^restored\//, /./, 'an earlier state of the database is one of all operators'],
  [/^recovery\/host-override\.ts$/, /^recovery_cases,users$/, 'what the host began, of whichever operator'],
  [/^mail\/(outbox|claim|deliver-one|preview)\.ts$/, /^outbox$/, 'the queue of mails is one for all'],
  [
    /^(metrics\/state|sessions\/count)\.ts$/,
    /^(outbox|sessions|recovery_cases)$/,
    'metrics are of the whole installation',
  ],
];

/** Notes every statement of the server that names no operator for a table that has one, unless it is listed above. */
export function notingUnbound(note: (statement: string) => void): KyselyPlugin {
  return {
    transformQuery: ({ node }) => {
      const unbound = unboundTables(node);
      if (unbound.length > 0) {
        const files = filesOnStack();
        const isListed = ofAllOperators.some(
          ([file, tables]) => tables.test(unbound.join()) && files.some((name) => file.test(name)),
        );
        // What a test asks the database itself is no statement of the server.
        if (files.length > 0 && !isListed) note(`${unbound.join()} in ${files.join(' < ')}`);
      }
      return node;
    },
    transformResult: async ({ result }) => result,
  };
}

/** The files of the server that are on the way to a statement, innermost first. */
function filesOnStack(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack = '' } = new Error('where');
  Error.stackTraceLimit = limit;
  return [...stack.matchAll(/server\/src\/([\w/-]+\.ts)/g)].map(([, file = '']) => file);
}
