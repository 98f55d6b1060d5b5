import { readString } from './json-string.ts';
import { LIMITS } from './limits.ts';
import { type Finding, finding, Refusal } from './problem.ts';

/** A JSON value with its place; numbers keep no value because a permission has none. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[]; readonly start: number; readonly end: number }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly start: number; readonly end: number }
  | { readonly kind: 'string'; readonly value: string; readonly start: number; readonly end: number }
  | { readonly kind: 'number' | 'boolean' | 'null'; readonly start: number; readonly end: number };

export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

interface Scanner {
  readonly text: string;
  at: number;
  depth: number;
}

/**
 * Reads one JSON text (RFC 8259) and keeps positions; members stay a list, so no key can reach an object's prototype
 * and duplicates stay visible to the reader. Linear. Throws `Refusal` (PERM_SYNTAX, PERM_TEXT, LIMIT_JSON_DEPTH).
 */
export function readJson(text: string): JsonNode {
  if (!text.isWellFormed()) throw new Refusal(halfPair(text));
  const scanner: Scanner = { text, at: 0, depth: 0 };
  skipSpace(scanner);
  const node = readValue(scanner);
  skipSpace(scanner);
  if (scanner.at < text.length) refuse(scanner, ['#end']);
  return node;
}

/** Where the first unpaired surrogate is. */
function halfPair(text: string): Finding {
  let at = 0;
  for (const character of text) {
    if (!character.isWellFormed()) break;
    at += character.length;
  }
  return finding('PERM_TEXT', at, at + 1);
}

function readValue(s: Scanner): JsonNode {
  switch (s.text.charCodeAt(s.at)) {
    case 0x22:
      return readText(s);
    case 0x7b:
      return nested(s, readObject);
    case 0x5b:
      return nested(s, readArray);
    case 0x74:
      return readWord(s, 'true', 'boolean');
    case 0x66:
      return readWord(s, 'false', 'boolean');
    case 0x6e:
      return readWord(s, 'null', 'null');
    default:
      return readNumber(s);
  }
}

function readText(s: Scanner): JsonNode {
  const start = s.at;
  const { value, end } = readString(s.text, start);
  s.at = end;
  return { kind: 'string', value, start, end };
}

// SECURITY: thousands of brackets must not exhaust the stack.
function nested(s: Scanner, read: (s: Scanner, start: number) => JsonNode): JsonNode {
  const start = s.at;
  if (s.depth === LIMITS.jsonDepth) {
    throw new Refusal(finding('LIMIT_JSON_DEPTH', start, start + 1, { limit: LIMITS.jsonDepth }));
  }
  s.depth++;
  s.at++;
  const node = read(s, start);
  s.depth--;
  return node;
}

function readObject(s: Scanner, start: number): JsonNode {
  const members: JsonMember[] = [];
  skipSpace(s);
  if (take(s, 0x7d)) return { kind: 'object', members, start, end: s.at };
  do {
    skipSpace(s);
    members.push(readMember(s));
    skipSpace(s);
  } while (take(s, 0x2c));
  if (!take(s, 0x7d)) refuse(s, ['`,', '`}']);
  return { kind: 'object', members, start, end: s.at };
}

function readMember(s: Scanner): JsonMember {
  const keyStart = s.at;
  if (s.text.charCodeAt(keyStart) !== 0x22) refuse(s, ['#key']);
  const { value: key, end: keyEnd } = readString(s.text, keyStart);
  s.at = keyEnd;
  skipSpace(s);
  if (!take(s, 0x3a)) refuse(s, ['`:']);
  skipSpace(s);
  return { key, keyStart, keyEnd, value: readValue(s) };
}

function readArray(s: Scanner, start: number): JsonNode {
  const items: JsonNode[] = [];
  skipSpace(s);
  if (take(s, 0x5d)) return { kind: 'array', items, start, end: s.at };
  do {
    skipSpace(s);
    items.push(readValue(s));
    skipSpace(s);
  } while (take(s, 0x2c));
  if (!take(s, 0x5d)) refuse(s, ['`,', '`]']);
  return { kind: 'array', items, start, end: s.at };
}

function readWord(s: Scanner, word: string, kind: 'boolean' | 'null'): JsonNode {
  const start = s.at;
  if (!s.text.startsWith(word, start)) refuse(s, ['#value']);
  s.at += word.length;
  return { kind, start, end: s.at };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readNumber(s: Scanner): JsonNode {
  const start = s.at;
  NUMBER.lastIndex = start;
  if (!NUMBER.test(s.text)) refuse(s, ['#value']);
  s.at = NUMBER.lastIndex;
  return { kind: 'number', start, end: s.at };
}

function take(s: Scanner, unit: number): boolean {
  if (s.text.charCodeAt(s.at) !== unit) return false;
  s.at++;
  return true;
}

function skipSpace(s: Scanner): void {
  let unit = s.text.charCodeAt(s.at);
  while (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) unit = s.text.charCodeAt(++s.at);
}

function refuse(s: Scanner, expected: readonly string[]): never {
  const character = s.text.slice(s.at, s.at + 1);
  const found = character === '' ? '#end' : `\`${character}`;
  throw new Refusal(finding('PERM_SYNTAX', s.at, s.at + character.length, { expected, found }));
}
