import type { Condition, Expression, Statement } from './ast.ts';
import { compileTest, type Test } from './condition-compiler.ts';
import { type Explanation, explainDecision } from './explainer.ts';
import { FALSE, type Outcome, TRUE } from './outcome.ts';
import { matchesPattern } from './pattern.ts';
import { emptyPlans, keepPlan, type Plan } from './plans.ts';
import type { Request } from './request.ts';
import { type Ruling, rulingsOf } from './rulings.ts';
import { type InternTable, intern } from './same.ts';
import type { Decision, Source } from './source.ts';

/** Decides calls by the sum of some documents. Safe to keep and share; its memory is bounded. */
export interface Decider {
  /** The decision alone. Neither parses nor allocates once the operation was met. */
  decide(request: Request): Decision;
  /** The statement that the same decision rests on; undefined: nothing applies, and so it is `deny`. */
  ruling(request: Request): Ruling | undefined;
  /** The same decision with the state of every statement. */
  explain(request: Request): Explanation;
}

const DENIED: Plan = { denies: [], allowed: false, allows: [] };
const ALLOWED: Plan = { denies: [], allowed: true, allows: [] };

/**
 * Prepares the sum of `sources` (own permission, every role, defaults; none of them: everything is denied).
 * Cheap: conditions are compiled, and a plan per operation name made, when an operation is first met.
 */
export function compile(sources: readonly Source[]): Decider {
  const statements = sources.flatMap(({ document }) => document.statements);
  const tests = new Map() as InternTable<Test>;
  const plans = emptyPlans();
  const { byName } = plans;
  return {
    decide(request) {
      const plan = byName.get(request.api) ?? keepPlan(plans, request.api, makePlan(statements, request.api, tests));
      return decideBy(plan, request);
    },
    ruling: rulingsOf(sources, (condition) => testOf(condition, tests)),
    explain: (request) => explainDecision(sources, request),
  };
}

/** A condition of a trust policy (or any other, alone) as a function of the call. Only `true` should let anybody in. */
export function compileCondition(expression: Expression): (request: Request) => 'true' | 'false' | 'fails' {
  const test = compileTest(expression);
  return (request) => OUTCOME_NAMES[test(request)];
}

const OUTCOME_NAMES: Readonly<Record<Outcome, 'true' | 'false' | 'fails'>> = ['false', 'true', 'fails'];

function decideBy({ denies, allowed, allows }: Plan, request: Request): Decision {
  for (let i = 0; i < denies.length; i++) if ((denies[i] as Test)(request) !== FALSE) return 'deny';
  if (allowed) return 'allow';
  for (let i = 0; i < allows.length; i++) if ((allows[i] as Test)(request) === TRUE) return 'allow';
  return 'deny';
}

function makePlan(statements: readonly Statement[], api: string, tests: InternTable<Test>): Plan {
  const denies = new Set<Test>();
  const allows = new Set<Test>();
  let allowed = false;
  for (const { effect, api: patterns, condition } of statements) {
    if (!patterns.some(({ text }) => matchesPattern(text, api))) continue;
    if (condition !== null) (effect === 'deny' ? denies : allows).add(testOf(condition, tests));
    else if (effect === 'deny') return DENIED;
    else allowed = true;
  }
  if (allowed) return denies.size === 0 ? ALLOWED : { denies: [...denies], allowed, allows: [] };
  return allows.size === 0 ? DENIED : { denies: [...denies], allowed, allows: [...allows] };
}

/** Equal conditions share one test, so a plan evaluates each once. */
function testOf({ text, expression }: Condition, tests: InternTable<Test>): Test {
  return intern(tests, text, expression, () => compileTest(expression));
}
