import type { Condition, Expression, PermissionDocument } from './ast.ts';
import { checkCondition } from './checker.ts';
import { readCondition } from './condition-parser.ts';
import { readDocument } from './document.ts';
import { bytesAbove, LIMITS } from './limits.ts';
import { type Finding, finding, locate, type Problem, Refusal, stopAtRefusal } from './problem.ts';

export type ParseResult =
  | { readonly ok: true; readonly document: PermissionDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export type ConditionResult =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a permission: JSON, shape, limits, conditions, names, types and constants.
 * Never throws; at most 20 problems, in the order of the text. Under 50 ms for any text.
 */
export function parse(text: string): ParseResult {
  return readWhole(text, (findings) => readDocument(text, findings, readChecked));
}

/** What `read` gives of a document's text, or what is wrong with it. Never throws. */
export function readWhole<T>(text: string, read: (findings: Finding[]) => T): Read<T> {
  const findings: Finding[] = [];
  const document = stopAtRefusal(findings, () => {
    refuseLarge(text);
    return read(findings);
  });
  if (document !== undefined && findings.length === 0) return { ok: true, document };
  return { ok: false, problems: located(text, findings) };
}

type Read<T> =
  | { readonly ok: true; readonly document: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

// SECURITY: the cheap bound comes before anything that looks at the text.
function refuseLarge(text: string): void {
  const actual = bytesAbove(LIMITS.documentBytes, text);
  if (actual > 0) throw new Refusal(finding('LIMIT_DOCUMENT', 0, 0, { actual, limit: LIMITS.documentBytes }));
}

/**
 * Reads a condition on its own, as a trust policy has one; positions are offsets in `text`.
 * Never throws.
 */
export function parseCondition(text: string): ConditionResult {
  const findings: Finding[] = [];
  const expression = stopAtRefusal(findings, () => readChecked(text, findings));
  if (expression !== undefined && findings.length === 0) {
    return { ok: true, condition: { text, expression, start: 0, end: text.length } };
  }
  return { ok: false, problems: located(text, findings) };
}

/** Reads and checks a condition; findings have offsets in its text. Throws `Refusal`. */
export function readChecked(text: string, findings: Finding[]): Expression {
  const actual = bytesAbove(LIMITS.conditionBytes, text);
  if (actual > 0) {
    throw new Refusal(finding('LIMIT_CONDITION', 0, text.length, { actual, limit: LIMITS.conditionBytes }));
  }
  if (!text.isWellFormed() || text.includes('\0')) throw new Refusal(finding('PERM_TEXT', 0, text.length));
  const expression = readCondition(text);
  findings.push(...checkCondition(expression));
  return expression;
}

function located(text: string, findings: Finding[]): Problem[] {
  return locate(text, findings.toSorted((a, b) => a.start - b.start).slice(0, LIMITS.problems));
}
