import type { Condition, Range } from './ast.ts';
import { type JsonNode, readJson } from './json.ts';
import { bytesAbove, LIMITS } from './limits.ts';
import { readChecked, readWhole } from './parser.ts';
import { LONGEST_PRINCIPAL, type PrincipalForm, SERVICES } from './principal.ts';
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
  /** Services that were named; none is here, so they let nobody in. */
  readonly services: readonly Principal[];
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
 * permission: never throws, at most 20 problems, in the order of the text. Names are given in Unicode NFC, as they are
 * compared. An empty condition is none, since clients of the public reference send it. Under 50 ms for any text.
 */
export function parseTrustPolicy(text: string, form: PrincipalForm): TrustResult {
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
  if (isFull(r.findings)) return { principals: [], services: [], condition: null, start, end };
  const [effect, principal, condition] = readMembers(r, node, STATEMENT_KEYS, 2);
  if (effect !== undefined) readEffect(r, effect);
  const [principals = [], services = []] = principal === undefined ? [] : readPrincipals(r, principal, form);
  return { principals, services, condition: isNone(condition) ? null : readConditionText(r, condition), start, end };
}

function isNone(node: JsonNode | undefined): boolean {
  return node?.kind === 'string' && node.value === '';
}

function readEffect(r: Reader, node: JsonNode): void {
  const written = readString(r, node);
  if (written === undefined || written === 'allow') return;
  add(r, node, 'PERM_EFFECT', { expected: ['`allow'], suggestions: nearest(written, ['allow']) });
}

/** Users, then services; one kind of them is enough. */
function readPrincipals(r: Reader, node: JsonNode, form: PrincipalForm): Principal[][] {
  const forms = [form, SERVICES];
  const keys = forms.map(({ key }) => key);
  const lists = readMembers(r, node, keys, 0);
  if (node.kind === 'object' && lists.every((list) => list === undefined)) {
    add(r, node, 'PERM_MISSING_KEY', { key: `\`${form.key}` });
  }
  return forms.map((of, i) => readPrincipalList(r, lists[i], of));
}

function readPrincipalList(r: Reader, list: JsonNode | undefined, form: PrincipalForm): Principal[] {
  if (list === undefined) return [];
  const of: ListForm = { key: form.key, orString: true, code: 'LIMIT_PRINCIPALS', limit: LIMITS.principals };
  const principals: Principal[] = [];
  for (const item of readSomeItems(r, list, of)) readPrincipal(r, item, form, principals);
  return principals;
}

function readPrincipal(r: Reader, node: JsonNode, form: PrincipalForm, principals: Principal[]): void {
  const text = readString(r, node)
    ?.slice(0, LONGEST_PRINCIPAL + 1)
    .normalize('NFC');
  if (text === undefined || isFull(r.findings)) return;
  if (text.length <= LONGEST_PRINCIPAL && form.accepts(text)) {
    principals.push({ text, start: node.start, end: node.end });
  } else add(r, node, 'TRUST_PRINCIPAL', { expected: form.examples });
}

/** The trust policy as indented JSON, conditions as they were written; compact when it would grow past the limit. */
export function formatTrustPolicy(document: TrustDocument, form: PrincipalForm): string {
  const shape = {
    statements: document.statements.map(({ principals, services, condition }) => ({
      effect: 'allow',
      principal: { ...listed(form.key, principals), ...listed(SERVICES.key, services) },
      ...(condition === null ? {} : { condition: condition.text }),
    })),
  };
  const pretty = JSON.stringify(shape, null, 2);
  return bytesAbove(LIMITS.documentBytes, pretty) === 0 ? pretty : JSON.stringify(shape);
}

/** One principal is written without a list, and none not at all. */
function listed(key: string, principals: readonly Principal[]): object {
  const texts = principals.map(({ text }) => text);
  if (texts.length === 0) return {};
  return { [key]: texts.length === 1 ? texts[0] : texts };
}
