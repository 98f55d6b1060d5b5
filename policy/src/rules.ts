import type { Condition, Effect, PermissionDocument, Statement } from './ast.ts';
import { ALWAYS, type Clause, clauseOf, NEVER } from './clause.ts';
import type { Budget } from './implication.ts';
import { type Glob, glob, matches } from './pattern.ts';
import { type InternTable, intern } from './same.ts';

/** What a condition says; clauses are made when they are first asked for. */
export interface Case {
  /** True exactly when the condition is true. */
  readonly holds: () => Clause;
  /** True exactly when the condition is false. */
  readonly fails: () => Clause;
}

export const UNCONDITIONAL: Case = { holds: () => ALWAYS, fails: () => NEVER };

/** A pattern, and the conditions of the statements that it stands in. */
export interface Rule {
  readonly pattern: string;
  /** Prepared when it is first asked for: most patterns are never matched. */
  readonly glob: () => Glob;
  readonly cases: Set<Case>;
}

/** The rules of one effect, found by what they match. */
export interface Index {
  readonly byPattern: Map<string, Rule>;
  /** Rules with a `*`, by what stands before the first one. */
  readonly byHead: Map<string, Rule[]>;
  readonly headLengths: Set<number>;
}

export type Rules = Readonly<Record<Effect, Index>>;

/** Equal conditions of all sums that are compared are one case; so comparing them needs no look into them. */
export type Cases = InternTable<Case>;

/** Equal patterns are one rule, from however many documents they come. Ends early when the budget is used up. */
export function rulesOf(documents: readonly PermissionDocument[], cases: Cases, budget: Budget): Rules {
  const rules: Rules = { allow: emptyIndex(), deny: emptyIndex() };
  for (const { statements } of documents)
    for (const statement of statements) addStatement(rules, statement, cases, budget);
  return rules;
}

function emptyIndex(): Index {
  return { byPattern: new Map(), byHead: new Map(), headLengths: new Set() };
}

// SECURITY: looking at a pattern or a condition for the first time costs many comparisons.
const PATTERN_WORK = 15;

function addStatement(rules: Rules, { effect, api, condition }: Statement, cases: Cases, budget: Budget): void {
  budget.steps -= api.length * PATTERN_WORK;
  if (budget.steps <= 0) return;
  const of = condition === null ? UNCONDITIONAL : caseOf(condition, cases, budget);
  for (const { text } of api) ruleOf(rules[effect], withoutRuns(text)).cases.add(of);
}

/** `a**` and `a*` match the same. */
function withoutRuns(pattern: string): string {
  return pattern.includes('**') ? pattern.replace(/\*{2,}/g, '*') : pattern;
}

function ruleOf(index: Index, pattern: string): Rule {
  const known = index.byPattern.get(pattern);
  if (known !== undefined) return known;
  const rule = { pattern, glob: once(() => glob(pattern)), cases: new Set<Case>() };
  index.byPattern.set(pattern, rule);
  const star = pattern.indexOf('*');
  if (star >= 0) addHead(index, pattern.slice(0, star), rule);
  return rule;
}

function addHead({ byHead, headLengths }: Index, head: string, rule: Rule): void {
  const known = byHead.get(head);
  if (known === undefined) byHead.set(head, [rule]);
  else known.push(rule);
  headLengths.add(head.length);
}

function caseOf({ text, expression }: Condition, cases: Cases, budget: Budget): Case {
  budget.steps -= text.length / 4;
  const clause = (wanted: boolean) => (): Clause => {
    budget.steps -= 4 * text.length;
    return clauseOf(expression, wanted);
  };
  return intern(cases, text, expression, () => ({ holds: once(clause(true)), fails: once(clause(false)) }));
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The cases of all rules whose pattern includes `pattern`: on a call that it matches, they decide. */
export function casesOver(index: Index, pattern: string, budget: Budget): Case[] {
  const same = index.byPattern.get(pattern);
  const found = same === undefined ? [] : [...same.cases];
  budget.steps -= 2 + 2 * index.headLengths.size;
  for (const length of index.headLengths) {
    // The `*` of `pattern` is no part of any head, so a head is only found in what stands before it.
    for (const rule of index.byHead.get(pattern.slice(0, length)) ?? []) {
      budget.steps -= 2 + (pattern.length + rule.pattern.length) / 8;
      if (budget.steps <= 0) return found;
      // `matches` of a pattern and a pattern is inclusion.
      if (rule !== same && matches(rule.glob(), pattern)) found.push(...rule.cases);
    }
  }
  budget.steps -= found.length;
  return found;
}
