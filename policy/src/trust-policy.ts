import type { Condition, Range } from './ast.ts';
import { type JsonNode, readJson } from './json.ts';
import { bytesAbove, LIMITS } from './limits.ts';
import { readChecked, readWhole } from './parser.ts';
import { LONGEST_PRINCIPAL, PRINCIPALS, type PrincipalForm } from './principal.ts';
import { type Finding, isFull, type Problem } from './problem.ts';
import { add, type ListForm, type Reader, readConditionText, readMembers, readSomeItems, readString } from './shape.ts';
import { nearest } from './suggest.ts';

/** Who may switch to a SAM user: anybody that one statement names, when its condition is true. */
export interface TrustDocument {
  readonly statements: readonly TrustStatement[];
  /** The text that was parsed; positions refer to it. */
  readonly text: string;
}

export interface TrustStatement extends Range {
  readonly principals: readonly Principal[];
  readonly condition: Condition | null;
}

/** `start` is the opening quote in the document's text. */
export interface Principal extends Range {
  readonly text: string;
}

export type TrustResult =
  | { readonly ok: true; readonly document: TrustDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a trust policy, `{"statements":[{"effect":"allow","principal":{…},"condition"?}…]}`, as `parse` reads a
 * permission: never throws, at most 20 problems, in the order of the text. An empty condition is none, since clients
 * of the public reference send it. Under 50 ms for any text.
 */
export function parseTrustPolicy(text: string, form: PrincipalForm = PRINCIPALS): TrustResult {
  return readWhole(text, (findings) => readTrust(text, findings, form));
}

const DOCUMENT_KEYS = ['statements'];
const STATEMENT_KEYS = ['effect', 'principal', 'condition'];
const STATEMENTS: ListForm = {
  key: 'statements',
  orString: false,
  code: 'LIMIT_STATEMENTS',
  limit: LIMITS.statements,
};

function readTrust(text: string, findings: Finding[], form: PrincipalForm): TrustDocument {
  const r: Reader = { text, findings, readCondition: readChecked };
  const [list] = readMembers(r, readJson(text), DOCUMENT_KEYS, 1);
  const items = list === undefined ? [] : readSomeItems(r, list, STATEMENTS);
  return { statements: items.map((item) => readStatement(r, item, form)), text };
}

function readStatement(r: Reader, node: JsonNode, form: PrincipalForm): TrustStatement {
  const { start, end } = node;
  // What is read after the findings are full is never used.
  if (isFull(r.findings)) return { principals: [], condition: null, start, end };
  const [effect, principal, condition] = readMembers(r, node, STATEMENT_KEYS, 2);
  if (effect !== undefined) readEffect(r, effect);
  const principals = principal === undefined ? [] : readPrincipals(r, principal, form);
  return { principals, condition: isNone(condition) ? null : readConditionText(r, condition), start, end };
}

function isNone(node: JsonNode | undefined): boolean {
  return node?.kind === 'string' && node.value === '';
}

function readEffect(r: Reader, node: JsonNode): void {
  const written = readString(r, node);
  if (written === undefined || written === 'allow') return;
  add(r, node, 'PERM_EFFECT', { expected: ['`allow'], suggestions: nearest(written, ['allow']) });
}

function readPrincipals(r: Reader, node: JsonNode, form: PrincipalForm): Principal[] {
  const [list] = readMembers(r, node, [form.key], 1);
  if (list === undefined) return [];
  const of: ListForm = { key: form.key, orString: true, code: 'LIMIT_PRINCIPALS', limit: LIMITS.principals };
  const principals: Principal[] = [];
  for (const item of readSomeItems(r, list, of)) readPrincipal(r, item, form, principals);
  return principals;
}

function readPrincipal(r: Reader, node: JsonNode, form: PrincipalForm, principals: Principal[]): void {
  const text = readString(r, node);
  if (text === undefined || isFull(r.findings)) return;
  // SECURITY: `$` of a pattern may match before a line break at the end; the whole text must have been taken.
  if (text.length <= LONGEST_PRINCIPAL && form.pattern.exec(text)?.[0] === text) {
    principals.push({ text, start: node.start, end: node.end });
  } else add(r, node, 'TRUST_PRINCIPAL', { expected: form.examples });
}

/** The trust policy as indented JSON, conditions as they were written; compact when it would grow past the limit. */
export function formatTrustPolicy(document: TrustDocument, form: PrincipalForm = PRINCIPALS): string {
  const shape = {
    statements: document.statements.map(({ principals, condition }) => ({
      effect: 'allow',
      principal: { [form.key]: only(principals.map(({ text }) => text)) },
      ...(condition === null ? {} : { condition: condition.text }),
    })),
  };
  const pretty = JSON.stringify(shape, null, 2);
  return bytesAbove(LIMITS.documentBytes, pretty) === 0 ? pretty : JSON.stringify(shape);
}

/** One principal is written without a list. */
function only(texts: readonly string[]): readonly string[] | string | undefined {
  return texts.length === 1 ? texts[0] : texts;
}
