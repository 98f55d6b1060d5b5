import { type PermissionDocument, parse, type Request, type Source } from '../src/index.ts';

/** Texts and calls of the shapes that the goals speak of. */

const CONDITIONS = [
  'currentDate >= date(2023, 02, 01)',
  "ipAddress('192.0.2.0/24', '10.0.0.0/8')",
  "pathVariable('user_name') == samUserName",
  'mfaAuthenticated and authAgeSeconds < 3600',
  "httpMethod == 'GET' or currentTime < time(18, 00)",
];

export const CALL: Request = {
  api: '',
  httpMethod: 'GET',
  requestPath: '/v1/things/taro',
  pathVariables: { user_name: 'taro' },
  queryParameters: {},
  nowMs: Date.UTC(2026, 10, 19, 9, 30),
  timeZone: 'UTC',
  sourceIp: '192.0.2.10',
  samUserName: 'taro',
  operatorId: 'OP0000000001',
  mfaAuthenticated: true,
  authMethod: 'password+totp',
  authAgeSeconds: 60,
  secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
};

/** 20 statements × 5 patterns, a third with conditions, one in five a deny. */
export function usualText(seed: number): string {
  return text(20, 5, seed);
}

/** Statements about tags `T0`…; every third has a condition; the second pattern of each reaches other statements' tags. */
function text(statements: number, patterns: number, seed: number): string {
  const list = Array.from({ length: statements }, (_, i) => statement(i, patterns, seed));
  return JSON.stringify({ statements: list });
}

function statement(i: number, patterns: number, seed: number): object {
  const tag = (i + seed) % 20;
  const api = Array.from({ length: patterns }, (_, j) => pattern(tag, j));
  const base = { effect: i % 5 === 4 ? 'deny' : 'allow', api };
  return i % 3 === 1 ? { ...base, condition: CONDITIONS[(i + seed) % CONDITIONS.length] } : base;
}

function pattern(tag: number, j: number): string {
  if (j === 0) return `T${tag}:get*`;
  if (j === 1) return `T${(tag + 7) % 20}:list*`;
  return `T${tag}:op${j}`;
}

/** The operations that those patterns speak of. */
export const OPERATIONS: readonly string[] = Array.from({ length: 20 }, (_, tag) =>
  ['getThing', 'listThings', 'op2', 'op3', 'op4', 'deleteThing'].map((name) => `T${tag}:${name}`),
).flat();

/** The largest text that may be saved: 100 statements, as many short patterns as 32 KiB hold, conditions in a third. */
export function largestText(): string {
  const list = Array.from({ length: 100 }, (_, i) => {
    const api = Array.from({ length: 30 }, (_, j) => (j < 20 ? `T${(i + j) % 20}:o${j}` : `*${j}`));
    const base = { effect: i % 5 === 4 ? 'deny' : 'allow', api };
    return i % 3 === 1 ? { ...base, condition: CONDITIONS[i % CONDITIONS.length] } : base;
  });
  return JSON.stringify({ statements: list });
}

/** 100 statements × 100 patterns, as the sum of ten documents (one document of that size exceeds 32 KiB). */
export function hundredByHundred(): Source[] {
  return Array.from({ length: 10 }, (_, i) => source(documentOf(text(10, 100, i))));
}

export function source(document: PermissionDocument): Source {
  return { from: { kind: 'own' }, document };
}

export function documentOf(written: string): PermissionDocument {
  const result = parse(written);
  if (!result.ok) throw new Error(JSON.stringify(result.problems[0]));
  return result.document;
}
