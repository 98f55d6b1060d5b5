import type { Condition, Expression } from './ast.ts';
import type { JsonMember, JsonNode } from './json.ts';
import { offsetInString } from './json-string.ts';
import { LIMITS } from './limits.ts';
import type { Code } from './messages.ts';
import { type Finding, finding, isFull, type Params, Refusal, stopAtRefusal } from './problem.ts';
import { nearest } from './suggest.ts';

/** Reads a condition and adds what is wrong with it, with offsets in the condition. Throws `Refusal`. */
export type ConditionReader = (text: string, findings: Finding[]) => Expression;

/** What the readers of documents share: each adds a finding for what is wrong and goes on. */
export interface Reader {
  readonly text: string;
  readonly findings: Finding[];
  readonly readCondition: ConditionReader;
}

export type Members = (JsonNode | undefined)[];

/** The values of the keys `known`, in that order; the first `required` of them must be there. */
export function readMembers(r: Reader, node: JsonNode, known: readonly string[], required: number): Members {
  const members: Members = known.map(() => undefined);
  if (node.kind !== 'object') {
    add(r, node, 'PERM_TYPE', { expected: '#object', found: `#${node.kind}` });
    return members;
  }
  for (const member of node.members) readMember(r, member, known, members);
  for (let i = 0; i < required; i++) {
    if (members[i] === undefined) add(r, node, 'PERM_MISSING_KEY', { key: `\`${known[i]}` });
  }
  return members;
}

// SECURITY: of two equal keys one reader takes the first and another the last; `__proto__` is just an unknown key here.
function readMember(r: Reader, member: JsonMember, known: readonly string[], members: Members): void {
  const { key, value } = member;
  if (isFull(r.findings)) return;
  const index = known.indexOf(key);
  if (index < 0) {
    const expected = known.map((name) => `\`${name}`);
    r.findings.push(keyFinding('PERM_UNKNOWN_KEY', member, { expected, suggestions: nearest(key, known) }));
  } else if (members[index] === undefined) members[index] = value;
  else r.findings.push(keyFinding('PERM_DUPLICATE_KEY', member, {}));
}

function keyFinding(code: Code, { key, keyStart, keyEnd }: JsonMember, params: Params): Finding {
  return finding(code, keyStart, keyEnd, { key: `\`${key.slice(0, 40)}`, ...params });
}

/** A list that may be as long as a limit says. */
export interface ListForm {
  readonly key: string;
  /** For people, a string may stand for a list of it. */
  readonly orString: boolean;
  /** What is said of a longer list. */
  readonly code: Code;
  readonly limit: number;
}

/** The items of a list; those of one that is too long are not looked at. */
export function readItems(r: Reader, node: JsonNode, { orString, code, limit }: ListForm): readonly JsonNode[] {
  if (orString && node.kind === 'string') return [node];
  if (node.kind !== 'array') {
    add(r, node, 'PERM_TYPE', { expected: orString ? ['#string', '#array'] : ['#array'], found: `#${node.kind}` });
    return [];
  }
  if (node.items.length <= limit) return node.items;
  throw new Refusal(finding(code, node.start, node.end, { actual: node.items.length, limit }));
}

/** The same of a list that must not be empty. */
export function readSomeItems(r: Reader, node: JsonNode, form: ListForm): readonly JsonNode[] {
  const items = readItems(r, node, form);
  if (node.kind === 'array' && items.length === 0) add(r, node, 'PERM_EMPTY', { key: `\`${form.key}` });
  return items;
}

/** The condition of a statement; null when it has none, or a finding was added. */
export function readConditionText(r: Reader, node: JsonNode | undefined): Condition | null {
  if (node === undefined) return null;
  const text = readString(r, node);
  if (text === undefined) return null;
  if (text.trim() === '') {
    add(r, node, 'PERM_EMPTY', { key: '`condition' });
    return null;
  }
  const inner: Finding[] = [];
  const expression = stopAtRefusal(inner, () => r.readCondition(text, inner));
  // Places inside the condition become places in the document, through the escapes of the JSON string.
  for (const { code, start, end, params } of inner.slice(0, LIMITS.problems)) {
    const from = offsetInString(r.text, node.start, start);
    r.findings.push(finding(code, from, offsetInString(r.text, node.start, end), params));
  }
  return expression === undefined ? null : { text, expression, start: node.start, end: node.end };
}

/** The text of a string. */
export function readString(r: Reader, node: JsonNode): string | undefined {
  if (node.kind === 'string') return node.value;
  add(r, node, 'PERM_TYPE', { expected: '#string', found: `#${node.kind}` });
  return undefined;
}

/** Adds a finding at the place of `node`. */
export function add(r: Reader, node: JsonNode, code: Code, params: Params): void {
  r.findings.push(finding(code, node.start, node.end, params));
}
