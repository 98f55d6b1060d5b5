import { type ExplainedCondition, explainCondition } from './explainer.ts';
import type { Request } from './request.ts';
import type { TrustDocument, TrustStatement } from './trust-policy.ts';

/** Whether a trust policy lets a principal in, and why; plain data, fit for JSON. */
export interface TrustExplanation {
  readonly allowed: boolean;
  /** Every statement, in their order. */
  readonly statements: readonly ExplainedTrust[];
}

export interface ExplainedTrust {
  /** Number of the statement in its document, from 1. */
  readonly statement: number;
  readonly principals: readonly { readonly text: string; readonly matched: boolean }[];
  /** Whether one of the principals is the one that was asked for. */
  readonly matched: boolean;
  readonly condition: ExplainedCondition | null;
  /** Whether this statement alone lets the principal in. */
  readonly applies: boolean;
}

/** Looks at all statements, whether or not they matter. A condition that fails lets nobody in. */
export function explainTrust(document: TrustDocument, principal: string, request: Request): TrustExplanation {
  const statements = document.statements.map((statement, i) => explainStatement(statement, i + 1, principal, request));
  return { allowed: statements.some(({ applies }) => applies), statements };
}

function explainStatement(
  statement: TrustStatement,
  number: number,
  principal: string,
  request: Request,
): ExplainedTrust {
  const principals = statement.principals.map(({ text }) => ({ text, matched: text === principal }));
  const matched = principals.some((named) => named.matched);
  const condition = explainCondition(statement.condition, request);
  const applies = matched && (condition === null || condition.value === 'true');
  return { statement: number, principals, matched, condition, applies };
}
