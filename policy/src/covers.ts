import type { PermissionDocument, Statement } from './ast.ts';
import { type Clause, NEVER } from './clause.ts';
import { type Budget, implies } from './implication.ts';
import { LIMITS } from './limits.ts';
import { overlaps } from './pattern.ts';
import { type Case, type Cases, casesOver, type Rule, type Rules, rulesOf, UNCONDITIONAL } from './rules.ts';
import { isSameExpression } from './same.ts';

/** `covered` is certain, `not covered` may mean "not seen", `too large` that it would take too long to say. */
export type Comparison = 'covered' | 'not covered' | 'too large';

/** Some identities taken together, with those of their denies that `narrow` has not got itself. */
interface Wide {
  readonly parts: readonly Rules[];
  readonly denies: readonly Rule[];
}

interface Narrow {
  readonly rules: Rules;
  readonly budget: Budget;
}

/**
 * Whether every call that the sum of `narrow` allows is allowed by at least one of `wides`, each the sum of the
 * documents of one identity; for every operation that may ever exist. Each allow rule of `narrow` must be covered by
 * one of `wides`, or by all of them summed up (then the denies of all count). Of it are seen:
 * - patterns inside patterns (`User:get*` in `User:*`), one at a time;
 * - equal conditions, also when written in another order; added conjuncts; fewer alternatives; narrower dates, numbers,
 *   times, lists, address ranges and `like` patterns about the same value;
 * - what `narrow` denies itself, so a deny is harmless where `narrow` has it too, or where the condition of the
 *   allow rules it out. Any other deny that may meet what `narrow` allows breaks the cover.
 * Under 50 ms for any documents.
 */
export function compareReach(
  wides: readonly (readonly PermissionDocument[])[],
  narrow: readonly PermissionDocument[],
): Comparison {
  const budget = { steps: LIMITS.compareSteps };
  const questioned = notPlainlyWithin(wides, narrow);
  if (questioned.length === 0) return 'covered';
  const cases: Cases = new Map();
  // The denies of all documents of `narrow` count, whichever of its allows are in question.
  const n: Narrow = { rules: rulesOf(narrow, cases, budget), budget };
  const asked = questioned.length === narrow.length ? n.rules : rulesOf(questioned, cases, budget);
  const prepared = wides.map((wide) => rulesOf(wide, cases, budget));
  const candidates = prepared.map((rules) => wideOf([rules], n));
  if (prepared.length > 1) candidates.push(wideOf(prepared, n));
  for (const rule of asked.allow.byPattern.values()) {
    for (const one of rule.cases) {
      if (candidates.some((wide) => isCovered(rule.pattern, one, wide, n))) continue;
      return budget.steps > 0 ? 'not covered' : 'too large';
    }
  }
  // SECURITY: with the budget used up, rules may be missing on both sides.
  return budget.steps > 0 ? 'covered' : 'too large';
}

/** Whether everything that the sum of `b` allows is certainly allowed by the sum of `a`. */
export function covers(a: readonly PermissionDocument[], b: readonly PermissionDocument[]): boolean {
  return compareReach([a], b) === 'covered';
}

/** The documents of `narrow` but those that stand in one of `wides` too, which denies nothing that `narrow` does not. */
function notPlainlyWithin(
  wides: readonly (readonly PermissionDocument[])[],
  narrow: readonly PermissionDocument[],
): PermissionDocument[] {
  const seen = new Map<string, PermissionDocument[]>();
  const own = new Set(narrow.map((document) => firstSame(document, seen)));
  const plain = new Set<PermissionDocument>();
  for (const wide of wides) {
    const documents = wide.map((document) => firstSame(document, seen));
    if (documents.every((document) => own.has(document) || !denies(document))) {
      for (const document of documents) plain.add(document);
    }
  }
  return [...own].filter((document) => !plain.has(document));
}

function denies({ statements }: PermissionDocument): boolean {
  return statements.some(({ effect }) => effect === 'deny');
}

/** Of equal documents the one that was seen first. */
function firstSame(document: PermissionDocument, seen: Map<string, PermissionDocument[]>): PermissionDocument {
  const alike = seen.get(document.text) ?? [];
  const first = alike.find((other) => isSameDocument(other, document));
  if (first !== undefined) return first;
  seen.set(document.text, [...alike, document]);
  return document;
}

/** Whether two documents of one text are the same: known values may have been put into the conditions of one. */
function isSameDocument(a: PermissionDocument, b: PermissionDocument): boolean {
  if (a === b) return true;
  if (a.statements.length !== b.statements.length) return false;
  return a.statements.every((statement, i) => isSameStatement(statement, b.statements[i] as Statement));
}

function isSameStatement(a: Statement, b: Statement): boolean {
  if (a.effect !== b.effect || a.api.length !== b.api.length) return false;
  if (!a.api.every(({ text }, i) => text === b.api[i]?.text)) return false;
  if (a.condition === null || b.condition === null) return a.condition === b.condition;
  return isSameExpression(a.condition.expression, b.condition.expression);
}

function wideOf(parts: readonly Rules[], { rules, budget }: Narrow): Wide {
  const denies = parts.flatMap(({ deny }) => [...deny.byPattern.values()]);
  budget.steps -= denies.length;
  return { parts, denies: denies.flatMap((rule) => further(rule, rules)) };
}

/** The rule with those cases only that `narrow` does not deny by the same pattern. */
function further(rule: Rule, { deny }: Rules): Rule[] {
  const own = deny.byPattern.get(rule.pattern)?.cases;
  if (own === undefined) return [rule];
  if (own.has(UNCONDITIONAL)) return [];
  const cases = new Set([...rule.cases].filter((one) => !own.has(one)));
  return cases.size === 0 ? [] : [{ ...rule, cases }];
}

/** Whether `wide` allows what `narrow` allows by a rule of this pattern and this condition. */
function isCovered(pattern: string, one: Case, wide: Wide, n: Narrow): boolean {
  const found = wide.parts.some(({ allow }) => {
    const cases = allow.byPattern.get(pattern)?.cases;
    return cases?.has(one) === true || cases?.has(UNCONDITIONAL) === true;
  });
  const over = found ? [one] : wide.parts.flatMap(({ allow }) => casesOver(allow, pattern, n.budget));
  const isPlain = over.includes(one) || over.includes(UNCONDITIONAL);
  const meeting = wide.denies.filter((deny) => meets(deny, pattern, n.budget));
  if (n.budget.steps <= 0) return false;
  if (isPlain && meeting.length === 0) return true;
  // What `narrow` allows by this pattern: its condition is true, and none of its denies over the whole pattern applies.
  const premise = [one.holds(), ...falseOf(casesOver(n.rules.deny, pattern, n.budget), n.budget)];
  if (premise.includes(NEVER)) return true;
  if (!isPlain && !implies({ kind: 'all', parts: premise }, anyOf(over, n.budget), n.budget)) return false;
  return meeting.every((deny) => isHarmless(deny, premise, n));
}

function meets(deny: Rule, pattern: string, budget: Budget): boolean {
  budget.steps -= 4;
  return budget.steps > 0 && overlaps(deny.pattern, pattern);
}

/** Whether a deny never applies to what the premise holds for. */
function isHarmless(deny: Rule, premise: readonly Clause[], n: Narrow): boolean {
  const same = falseOf(casesOver(n.rules.deny, deny.pattern, n.budget), n.budget);
  const all: Clause = { kind: 'all', parts: [...premise, ...same] };
  // A deny that fails applies, so only a condition that is false is harmless.
  const harms = falseOf([...deny.cases], n.budget);
  return harms.length === deny.cases.size && harms.every((fails) => implies(all, fails, n.budget));
}

/** Ends early when the budget is used up; from then on nothing is implied. */
function falseOf(cases: readonly Case[], budget: Budget): Clause[] {
  return clausesOf(cases, ({ fails }) => fails(), budget);
}

function anyOf(cases: readonly Case[], budget: Budget): Clause {
  return { kind: 'any', parts: clausesOf(cases, ({ holds }) => holds(), budget) };
}

function clausesOf(cases: readonly Case[], read: (one: Case) => Clause, budget: Budget): Clause[] {
  const clauses: Clause[] = [];
  for (const one of cases) {
    if (budget.steps <= 0) break;
    clauses.push(read(one));
  }
  return clauses;
}
