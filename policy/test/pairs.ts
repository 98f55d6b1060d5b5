import { compareReach, compile, type PermissionDocument, parse, type Request } from '../src/index.ts';
import { CALL } from './support.ts';

/**
 * Random pairs of documents that are nearly alike, made and decided fast: conditions over a small world, of which every
 * call is tried. Of two documents one is often the other with its words grouped otherwise, a part changed or added.
 */
export type Random = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

type Tree = string | { readonly op: 'not'; readonly of: Tree } | Binary;

interface Binary {
  readonly op: (typeof OPERATORS)[number];
  readonly left: Tree;
  readonly right: Tree;
}

const OPERATORS = ['and', 'or', '==', '!='] as const;
const ORDERINGS = ['<', '<=', '>', '>=', '==', '!='] as const;
const NUMBERS = ['0', '5', '6', '9007199254740990', '9007199254740991'];
const NAMES = ["'a'", "'b'", "'*'", "''"];
const TEXTS = [...NAMES, 'samUserName', 'samUserName', "pathVariable('u')", "queryParameter('q')"];
const RANGES = ["'10.0.0.0/31'", "'10.0.0.0/8'", "'10.0.0.1'", "'::ffff:10.0.0.0/127'", "'::/0'", "'2001:db8::/127'"];
const ADDRESSES = ["'10.0.0.1'", "'::ffff:10.0.0.1'", "'10.0.0.2'", "'2001:db8::1'", "'2001:DB8:0::1'"];
const LIKES = ["'*'", "'a*'", "'*a'", "'b'", "'a*b*'", "'**'", "''"];
const PATTERNS = ['*', 'A:*', '*x', 'A:x', 'A:*x', 'B:x', '**', 'A:x*'];
const APIS = ['A:x', 'A:yx', 'B:x', 'B:xy'];

const WORLD: readonly Request[] = APIS.flatMap((api) =>
  [null, 'a', 'b', 'ab'].flatMap((samUserName) =>
    [true, false].flatMap((mfaAuthenticated) =>
      [null, '10.0.0.1', '10.0.0.2', '2001:db8::1'].flatMap((sourceIp) =>
        [0, 5, 6, Number.NaN, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e300].flatMap((authAgeSeconds) =>
          [{}, { u: 'a' }, { u: '*' }].map((pathVariables, i): Request => {
            const queryParameters = i === 1 ? { q: 'a' } : {};
            const call = {
              api,
              samUserName,
              mfaAuthenticated,
              sourceIp,
              authAgeSeconds,
              pathVariables,
              queryParameters,
            };
            return { ...CALL, secondsSinceMfaReset: 5, ...call };
          }),
        ),
      ),
    ),
  ),
);

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random(values.length)] as T;
}

function some(random: Random, values: readonly string[]): string {
  return Array.from({ length: 1 + random(3) }, () => pick(random, values)).join(',');
}

function leaf(random: Random): string {
  const not = random(3) === 0 ? 'not ' : '';
  switch (random(9)) {
    case 0:
      return pick(random, ['true', 'false', "'a' == 'b'", "'*' like '**'", '5 < 6']);
    case 1:
      return `${pick(random, TEXTS)} ${pick(random, ['==', '!='])} ${pick(random, TEXTS)}`;
    case 2:
      return `${pick(random, TEXTS)} ${not}in [${some(random, TEXTS)}]`;
    case 3:
      return `${pick(random, TEXTS)} ${not}like ${pick(random, LIKES)}`;
    case 4:
      return `ipAddress(${some(random, RANGES)})`;
    case 5:
      return `sourceIp ${not}in [${some(random, [...ADDRESSES, 'sourceIp'])}]`;
    case 6: {
      const numbers = [...NUMBERS, 'authAgeSeconds', 'authAgeSeconds', 'secondsSinceMfaReset'];
      return `${pick(random, numbers)} ${pick(random, ORDERINGS)} ${pick(random, numbers)}`;
    }
    case 7:
      return `authAgeSeconds ${not}in [${some(random, [...NUMBERS, 'secondsSinceMfaReset'])}]`;
    default:
      return 'mfaAuthenticated';
  }
}

function tree(random: Random, depth: number): Tree {
  if (depth === 0 || random(4) === 0) return leaf(random);
  if (random(5) === 0) return { op: 'not', of: tree(random, depth - 1) };
  return { op: pick(random, OPERATORS), left: tree(random, depth - 1), right: tree(random, depth - 1) };
}

/** Some parts in a row, mostly such as need no parentheses: what regrouping can do most with. */
function chain(random: Random): Tree {
  const atom = (): string => pick(random, ['mfaAuthenticated', `ipAddress(${pick(random, RANGES)})`]);
  const parts = Array.from({ length: 3 + random(3) }, () => (random(8) === 0 ? leaf(random) : atom()));
  const operators = parts.slice(1).map(() => pick(random, [...OPERATORS, '==', '=='] as const));
  return group(parts, operators, random);
}

function print(t: Tree): string {
  if (typeof t === 'string') return t;
  if (t.op === 'not') return `not (${print(t.of)})`;
  return `(${print(t.left)}) ${t.op} (${print(t.right)})`;
}

/** The same parts and operators in the same order, with other parentheses. */
function regrouped(t: Tree, random: Random): Tree {
  const parts: Tree[] = [];
  const operators: Binary['op'][] = [];
  flatten(t, parts, operators);
  return group(parts, operators, random);
}

function flatten(t: Tree, parts: Tree[], operators: Binary['op'][]): void {
  if (typeof t === 'string' || t.op === 'not') {
    parts.push(t);
    return;
  }
  flatten(t.left, parts, operators);
  operators.push(t.op);
  flatten(t.right, parts, operators);
}

function group(parts: readonly Tree[], operators: readonly Binary['op'][], random: Random): Tree {
  if (parts.length === 1) return parts[0] as Tree;
  const at = random(operators.length);
  const left = group(parts.slice(0, at + 1), operators.slice(0, at), random);
  const right = group(parts.slice(at + 1), operators.slice(at + 1), random);
  return { op: operators[at] as Binary['op'], left, right };
}

/** One part replaced, turned round or negated. */
function changed(t: Tree, random: Random): Tree {
  if (typeof t === 'string') return random(4) === 0 ? { op: 'not', of: t } : leaf(random);
  if (t.op === 'not') return random(3) === 0 ? t.of : { op: 'not', of: changed(t.of, random) };
  switch (random(4)) {
    case 0:
      return { op: t.op, left: t.right, right: t.left };
    case 1:
      return { op: pick(random, OPERATORS), left: t.left, right: t.right };
    case 2:
      return { op: t.op, left: changed(t.left, random), right: t.right };
    default:
      return { op: t.op, left: t.left, right: changed(t.right, random) };
  }
}

interface Rule {
  readonly effect: 'allow' | 'deny';
  readonly api: string;
  readonly condition: Tree | null;
}

function rule(random: Random): Rule {
  const condition = random(6) === 0 ? null : tree(random, 3);
  return { effect: random(4) === 0 ? 'deny' : 'allow', api: pick(random, PATTERNS), condition };
}

function altered(r: Rule, random: Random): Rule {
  if (r.condition === null) return random(2) === 0 ? r : { ...r, condition: tree(random, 2) };
  switch (random(6)) {
    case 0:
    case 1:
      return { ...r, condition: regrouped(r.condition, random) };
    case 2:
      return { ...r, condition: changed(r.condition, random) };
    case 3:
      return { ...r, condition: { op: pick(random, ['and', 'or']), left: tree(random, 1), right: r.condition } };
    case 4:
      return { ...r, api: pick(random, PATTERNS) };
    default:
      return r;
  }
}

function documentOfRules(rules: readonly Rule[]): PermissionDocument {
  const statements = rules.map(({ effect, api, condition }) =>
    condition === null ? { effect, api } : { effect, api, condition: print(condition) },
  );
  const result = parse(JSON.stringify({ statements }));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.document;
}

/** One or two identities of one document each, and what is compared with them. */
export interface Pair {
  readonly wides: readonly PermissionDocument[];
  readonly narrow: PermissionDocument;
}

/** Makes the pair one of the same words, grouped in two ways. */
function regroup(wide: Rule[], narrow: Rule[], random: Random): void {
  const words = chain(random);
  wide.splice(0, 2, { effect: 'allow', api: '*', condition: words });
  narrow.splice(0, 2, { effect: 'allow', api: '*', condition: regrouped(words, random) });
}

/** The rules of one identity, or dealt out to two, of which one may have another rule besides. */
function identities(wide: readonly Rule[], random: Random): Rule[][] {
  if (random(3) > 0) return [[...wide]];
  const dealt: [Rule[], Rule[]] = [[], random(2) === 0 ? [] : [rule(random)]];
  for (const r of wide) pick(random, dealt).push(r);
  return dealt;
}

/** A random pair; undefined when a condition of it may not be saved. */
export function pair(random: Random): Pair | undefined {
  const wide = Array.from({ length: 1 + random(2) }, () => rule(random));
  const narrow = wide.map((r) => (random(8) === 0 ? rule(random) : altered(r, random)));
  if (random(4) === 0) regroup(wide, narrow, random);
  try {
    return { wides: identities(wide, random).map(documentOfRules), narrow: documentOfRules(narrow) };
  } catch (error) {
    // `'a' < 'b'` and the like are refused; such pairs say nothing.
    if (error instanceof Error && error.message.startsWith('[')) return undefined;
    throw error;
  }
}

/** Whether some call of the world is allowed by `narrow` and by none of `wides`. */
function isWrong({ wides, narrow }: Pair): boolean {
  const [inner, ...outers] = [narrow, ...wides].map((document) => compile([{ from: { kind: 'own' }, document }]));
  return WORLD.some(
    (call) => inner?.decide(call) === 'allow' && !outers.some((outer) => outer.decide(call) === 'allow'),
  );
}

/** For people: the texts of a pair. */
export function textOfPair({ wides, narrow }: Pair): string {
  return [...wides.map(({ text }) => text), 'not covering', narrow.text].join('\n');
}

export interface Tally {
  pairs: number;
  yes: number;
  wrong: Pair[];
}

/** Compares what `compareReach` says of random pairs with what deciding shows. */
export function tally(random: Random, pairs: number): Tally {
  const found: Tally = { pairs: 0, yes: 0, wrong: [] };
  while (found.pairs < pairs) {
    const next = pair(random);
    if (next === undefined) continue;
    found.pairs++;
    const wides = next.wides.map((wide) => [wide]);
    if (compareReach(wides, [next.narrow]) !== 'covered') continue;
    found.yes++;
    if (isWrong(next)) found.wrong.push(next);
  }
  return found;
}
