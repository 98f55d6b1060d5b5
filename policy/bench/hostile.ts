import { LIMITS, type PermissionDocument } from '../src/index.ts';
import { documentOf } from './shapes.ts';

/** Documents as large as may be saved, of shapes that are hard to compile, to keep or to compare. */
export interface Hostile {
  readonly what: string;
  /** Statements; `seed` makes each document another one. */
  readonly wide: (seed: number) => readonly Statement[];
  readonly narrow: (seed: number) => readonly Statement[];
}

interface Statement {
  readonly effect: 'allow' | 'deny';
  readonly api: string | readonly string[];
  readonly condition?: string;
}

/** The document of as many of these statements as may be saved together. */
export function fitting(statements: readonly Statement[]): PermissionDocument {
  const texts: string[] = [];
  let left = LIMITS.documentBytes - '{"statements":[]}'.length;
  for (const statement of statements.slice(0, LIMITS.statements)) {
    const text = JSON.stringify(statement);
    left -= text.length + 1;
    if (left < 0) break;
    texts.push(text);
  }
  return documentOf(`{"statements":[${texts.join(',')}]}`);
}

/** As many of `part(0)`, `part(1)`… as fit into one condition. */
export function filled(part: (i: number) => string, join: string, most: number): string {
  let text = part(0);
  for (let i = 1; i < most; i++) {
    const longer = `${text}${join}${part(i)}`;
    if (longer.length > LIMITS.conditionBytes) break;
    text = longer;
  }
  return text;
}

export function upTo<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function allow(api: Statement['api'], condition?: string): Statement {
  return condition === undefined ? { effect: 'allow', api } : { effect: 'allow', api, condition };
}

function deny(api: Statement['api'], condition: string): Statement {
  return { effect: 'deny', api, condition };
}

const SPELLINGS = upTo(30, (i) => '*'.repeat(i + 1));
const STARS = '*a'.repeat(60);

function networks(seed: number): string {
  return `ipAddress(${filled((i) => `'${seed % 256}.${i}.0.0/16'`, ',', 100)})`;
}

function many(seed: number): string {
  const all = filled((i) => `'::${((seed * 400 + i) % 65_536).toString(16)}'`, ',', 190).split(',');
  return `ipAddress(${all.slice(0, 95).join(',')}) or ipAddress(${all.slice(95).join(',')})`;
}

function likes(seed: number): string {
  return filled((i) => `requestPath like '${seed}${i}${STARS}'`, ' or ', 100);
}

function items(seed: number): string {
  return `requestPath in [${filled((i) => `'${seed}${i}aaaaaaaaaa'`, ',', 90)}]`;
}

function nestedWide(seed: number): string {
  let text = `samUserName == '${seed}'`;
  for (let i = 0; i < 15; i++) text = `(${text} and api == '${i}') or api == 'a${i}'`;
  return text;
}

function nestedNarrow(seed: number): string {
  let text = `samUserName == '${seed}b'`;
  for (let i = 0; i < 15; i++) text = `(${text} or api == 'b${i}') and api != 'c${i}'`;
  return text;
}

function chain(seed: number): string {
  return `${'('.repeat(30)}${seed} == 1${') == mfaAuthenticated'.repeat(30)}`;
}

const short = (seed: number, count: number, make: (i: number, j: number) => string): Statement[] =>
  upTo(100, (i) => allow(upTo(count, (j) => make(i + seed * 100, j))));

export const HOSTILE: readonly Hostile[] = [
  {
    what: 'spellings of * on conditions of many networks',
    wide: (seed) => upTo(18, (i) => allow(SPELLINGS, networks(seed * 20 + i))),
    narrow: (seed) => upTo(18, (i) => allow(SPELLINGS, networks(seed * 20 + i + 117))),
  },
  {
    what: 'denies of many networks',
    wide: (seed) => [allow('*'), ...upTo(17, (i) => deny(SPELLINGS, networks(seed * 20 + i)))],
    narrow: (seed) =>
      upTo(18, (i) =>
        allow(
          upTo(30, (j) => `x${seed}${j}*`),
          networks(seed * 20 + i + 117),
        ),
      ),
  },
  {
    what: 'many short networks',
    wide: (seed) => upTo(20, (i) => allow('*', many(seed * 20 + i))),
    narrow: (seed) => upTo(20, (i) => allow('*', many(seed * 20 + i + 7))),
  },
  {
    what: 'lists against patterns of many stars',
    wide: (seed) => upTo(20, (i) => allow('*', likes(seed * 20 + i))),
    narrow: (seed) => upTo(20, (i) => allow('*', items(seed * 20 + i))),
  },
  {
    what: 'patterns of many stars',
    wide: (seed) => upTo(20, (i) => allow('*', likes(seed * 20 + i))),
    narrow: (seed) => upTo(20, (i) => allow('*', likes(seed * 20 + i + 3))),
  },
  {
    what: 'nested alternatives',
    wide: (seed) => upTo(20, (i) => allow('*', nestedWide(seed * 20 + i))),
    narrow: (seed) => upTo(20, (i) => allow('*', nestedNarrow(seed * 20 + i))),
  },
  {
    what: 'patterns of one beginning',
    wide: (seed) => short(seed, 40, (i, j) => `*${i}*${j}`),
    narrow: (seed) => short(seed, 40, (i, j) => `${j}${i}x`),
  },
  {
    what: 'patterns that all overlap',
    wide: (seed) => [
      allow('*'),
      ...short(seed, 40, (i, j) => `*${i}*${j}*`).map((s) => ({ ...s, effect: 'deny' as const })),
    ],
    narrow: (seed) => short(seed, 40, (i, j) => `*${j}*${i}*`),
  },
  {
    what: 'long patterns',
    wide: (seed) => upTo(100, (i) => allow(upTo(2, (j) => `${STARS}${seed}${i}${j}`))),
    narrow: (seed) => upTo(100, (i) => allow(upTo(2, (j) => `${'a'.repeat(118)}${seed}${i}${j}x`))),
  },
  {
    what: 'patterns of few characters',
    wide: (seed) =>
      short(seed, 90, (i, j) => `${String.fromCharCode(97 + (j % 26))}${(i % 100) * 4 + Math.floor(j / 26)}`),
    narrow: (seed) =>
      short(seed, 90, (i, j) => `${String.fromCharCode(65 + (j % 26))}${(i % 100) * 4 + Math.floor(j / 26)}`),
  },
  {
    what: 'many different conditions',
    wide: (seed) =>
      upTo(100, (i) =>
        allow(
          '*',
          filled((j) => `authAgeSeconds<${seed}${i}${j}`, ' and ', 9),
        ),
      ),
    narrow: (seed) =>
      upTo(100, (i) =>
        allow(
          '*',
          filled((j) => `authAgeSeconds<${seed}${i}${j}0`, ' and ', 9),
        ),
      ),
  },
  {
    what: 'chains of equalities',
    wide: (seed) => upTo(40, (i) => allow('*', chain(seed * 40 + i + 2))),
    narrow: (seed) => upTo(40, (i) => allow('*', chain(seed * 40 + i + 2).replace(/mfaAuthenticated$/, 'true'))),
  },
];
