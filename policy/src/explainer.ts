import type { Condition, Effect, Statement } from './ast.ts';
import type { ConditionFailure } from './failure.ts';
import { failingPart, type Trace, trace } from './interpreter.ts';
import { matchesPattern } from './pattern.ts';
import type { Request } from './request.ts';
import type { Decision, DocumentOrigin, Source } from './source.ts';

/** Why a call was allowed or denied; plain data, fit for JSON. */
export interface Explanation {
  readonly decision: Decision;
  /** `deny`: a deny applied. `allow`: an allow did, and no deny. `default`: nothing applied. */
  readonly rule: 'deny' | 'allow' | 'default';
  /** Every statement of every source, in their order. */
  readonly statements: readonly ExplainedStatement[];
}

export interface ExplainedStatement {
  readonly from: DocumentOrigin;
  /** Number of the statement in its document, from 1. */
  readonly statement: number;
  readonly effect: Effect;
  readonly patterns: readonly { readonly text: string; readonly matched: boolean }[];
  /** Whether one of the patterns matched the operation. */
  readonly matched: boolean;
  readonly condition: ExplainedCondition | null;
  readonly applies: boolean;
  /** Whether it applies and its effect is the decision. */
  readonly deciding: boolean;
}

export interface ExplainedCondition {
  readonly text: string;
  readonly value: 'true' | 'false' | 'fails';
  readonly trace: Trace;
  /** The part that made the condition fail. */
  readonly failing: {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly failure: ConditionFailure;
  } | null;
}

/** Looks at all statements, whether or not they matter to the decision. */
export function explainDecision(sources: readonly Source[], request: Request): Explanation {
  const statements = sources.flatMap(({ from, document }) =>
    document.statements.map((statement, i) => explainStatement(from, i + 1, statement, request)),
  );
  const rule = ruleOf(statements);
  const explained = statements.map((s) => ({ ...s, deciding: s.applies && s.effect === rule }));
  return { decision: rule === 'allow' ? 'allow' : 'deny', rule, statements: explained };
}

type Undecided = Omit<ExplainedStatement, 'deciding'>;

function ruleOf(statements: readonly Undecided[]): Explanation['rule'] {
  const applying = statements.filter(({ applies }) => applies).map(({ effect }) => effect);
  if (applying.includes('deny')) return 'deny';
  return applying.includes('allow') ? 'allow' : 'default';
}

function explainStatement(from: DocumentOrigin, number: number, statement: Statement, request: Request): Undecided {
  const patterns = statement.api.map(({ text }) => ({ text, matched: matchesPattern(text, request.api) }));
  const matched = patterns.some((pattern) => pattern.matched);
  const condition = explainCondition(statement.condition, request);
  const applies = matched && holds(statement.effect, condition);
  return { from, statement: number, effect: statement.effect, patterns, matched, condition, applies };
}

function holds(effect: Effect, condition: ExplainedCondition | null): boolean {
  if (condition === null || condition.value === 'true') return true;
  return condition.value === 'fails' && effect === 'deny';
}

/** What a condition gives on a call, part by part; null for none. */
export function explainCondition(condition: Condition | null, request: Request): ExplainedCondition | null {
  if (condition === null) return null;
  const whole = trace(condition.text, condition.expression, request);
  const value = whole.value === null ? 'fails' : whole.value === true ? 'true' : 'false';
  return { text: condition.text, value, trace: whole, failing: failing(whole) };
}

function failing(whole: Trace): ExplainedCondition['failing'] {
  const part = failingPart(whole);
  if (part === null) return null;
  const { text, start, end } = part;
  return { text, start, end, failure: part.failure as ConditionFailure };
}
