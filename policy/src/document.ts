import type { Effect, Pattern, PermissionDocument, Statement } from './ast.ts';
import { type JsonNode, readJson } from './json.ts';
import { LIMITS } from './limits.ts';
import { type Finding, isFull } from './problem.ts';
import {
  add,
  type ConditionReader,
  type ListForm,
  type Reader,
  readConditionText,
  readItems,
  readMembers,
  readSomeItems,
  readString,
} from './shape.ts';
import { nearest } from './suggest.ts';

const STATEMENTS: ListForm = {
  key: 'statements',
  orString: false,
  code: 'LIMIT_STATEMENTS',
  limit: LIMITS.statements,
};
const PATTERNS: ListForm = { key: 'api', orString: true, code: 'LIMIT_PATTERNS', limit: LIMITS.patterns };

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
  const items = list === undefined ? [] : readItems(r, list, STATEMENTS);
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
  const patterns: Pattern[] = [];
  for (const item of readSomeItems(r, node, PATTERNS)) readPattern(r, item, patterns);
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
