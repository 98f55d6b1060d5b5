import type { Condition, Effect, Expression, Pattern, PermissionDocument, Statement } from './ast.ts';
import { type JsonMember, type JsonNode, readJson } from './json.ts';
import { offsetInString } from './json-string.ts';
import { LIMITS } from './limits.ts';
import type { Code } from './messages.ts';
import { type Finding, finding, isFull, type Params, Refusal, stopAtRefusal } from './problem.ts';
import { nearest } from './suggest.ts';

/** Reads a condition and adds what is wrong with it, with offsets in the condition. Throws `Refusal`. */
export type ConditionReader = (text: string, findings: Finding[]) => Expression;

interface Reader {
  readonly text: string;
  readonly findings: Finding[];
  readonly readCondition: ConditionReader;
}

/**
 * The shape of a permission: `{"statements":[{"effect","api","condition"?}…]}` and nothing else.
 * Adds a finding for each thing that is wrong and goes on. Throws `Refusal` where the JSON itself is broken.
 *
 * Completions of the page: no statements is a right document (it allows nothing); an empty `api` list, an empty
 * pattern and an empty condition are refused, since a reader could take each of them for its opposite.
 */
export function readDocument(text: string, findings: Finding[], readCondition: ConditionReader): PermissionDocument {
  const r: Reader = { text, findings, readCondition };
  const [list] = readMembers(r, readJson(text), DOCUMENT_KEYS, 1);
  const items = list === undefined ? [] : readItems(r, list, 'statements', 'LIMIT_STATEMENTS', LIMITS.statements);
  const statements: Statement[] = [];
  for (const item of items) readStatement(r, item, statements);
  return { statements, text };
}

const DOCUMENT_KEYS = ['statements'];
const STATEMENT_KEYS = ['effect', 'api', 'condition'];

function readStatement(r: Reader, node: JsonNode, statements: Statement[]): void {
  if (isFull(r.findings)) return;
  const [effectNode, apiNode, conditionNode] = readMembers(r, node, STATEMENT_KEYS, 2);
  const effect = readEffect(r, effectNode);
  const api = readPatterns(r, apiNode);
  const condition = readConditionText(r, conditionNode);
  // A statement without an effect is only met beside a finding, so it is never used.
  if (effect !== undefined) statements.push({ effect, api, condition, start: node.start, end: node.end });
}

type Members = (JsonNode | undefined)[];

/** The values of the keys `known`, in that order; the first `required` of them must be there. */
function readMembers(r: Reader, node: JsonNode, known: readonly string[], required: number): Members {
  const members: Members = [undefined, undefined, undefined];
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

function readItems(r: Reader, node: JsonNode, key: string, code: Code, limit: number): readonly JsonNode[] {
  if (node.kind !== 'array') {
    const expected = key === 'api' ? ['#string', '#array'] : ['#array'];
    add(r, node, 'PERM_TYPE', { expected, found: `#${node.kind}` });
    return [];
  }
  if (node.items.length <= limit) return node.items;
  throw new Refusal(finding(code, node.start, node.end, { actual: node.items.length, limit }));
}

function readEffect(r: Reader, node: JsonNode | undefined): Effect | undefined {
  if (node === undefined) return undefined;
  const written = readString(r, node);
  if (written === 'allow' || written === 'deny') return written;
  if (written !== undefined) {
    const suggestions = nearest(written, ['allow', 'deny']);
    add(r, node, 'PERM_EFFECT', { expected: ['`allow', '`deny'], suggestions });
  }
  return undefined;
}

function readPatterns(r: Reader, node: JsonNode | undefined): Pattern[] {
  if (node === undefined) return [];
  const items = node.kind === 'string' ? [node] : readItems(r, node, 'api', 'LIMIT_PATTERNS', LIMITS.patterns);
  if (node.kind === 'array' && items.length === 0) add(r, node, 'PERM_EMPTY', { key: '`api' });
  const patterns: Pattern[] = [];
  for (const item of items) readPattern(r, item, patterns);
  return patterns;
}

function readPattern(r: Reader, node: JsonNode, patterns: Pattern[]): void {
  const text = readString(r, node);
  if (text === undefined) return;
  if (text === '') add(r, node, 'PERM_EMPTY', { key: '`api' });
  if (text.length > LIMITS.patternLength) {
    add(r, node, 'LIMIT_PATTERN', { actual: text.length, limit: LIMITS.patternLength });
  }
  patterns.push({ text, start: node.start, end: node.end });
}

function readConditionText(r: Reader, node: JsonNode | undefined): Condition | null {
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

function readString(r: Reader, node: JsonNode): string | undefined {
  if (node.kind === 'string') return node.value;
  add(r, node, 'PERM_TYPE', { expected: '#string', found: `#${node.kind}` });
  return undefined;
}

function add(r: Reader, node: JsonNode, code: Code, params: Params): void {
  r.findings.push(finding(code, node.start, node.end, params));
}
