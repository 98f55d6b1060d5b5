import type { PermissionDocument } from './ast.ts';
import { ALWAYS, type Clause, clauseOf, NEVER } from './clause.ts';
import { type Budget, implies } from './implication.ts';
import { type Glob, glob, matches, overlaps } from './pattern.ts';

/** One pattern of one statement, and when its condition is true and when it is false. */
interface Rule {
  readonly pattern: string;
  readonly glob: Glob;
  readonly holds: Clause;
  readonly fails: Clause;
}

interface Rules {
  readonly allows: readonly Rule[];
  readonly denies: readonly Rule[];
}

// SECURITY: bounds what a caller can make the escalation guard do; sums of a hundred statements of five patterns need a third.
const STEPS = 2_000_000;

/**
 * Whether everything that the sum of `b` allows is allowed by the sum of `a`, for every operation that may ever
 * exist and every call. Conservative: `true` is certain, `false` may mean "not seen". Of it are seen:
 * - patterns inside patterns (`User:get*` in `User:*`), one at a time;
 * - equal conditions, also when written in another order; added conjuncts; fewer alternatives; narrower dates, numbers,
 *   times, lists, address ranges and `like` patterns about the same value;
 * - what `b` denies itself, so a deny of `a` is harmless where `b` has it too, or where the condition of
 *   `b`'s allow rules it out. Any other deny of `a` that may meet what `b` allows breaks the cover.
 * Bounded in time; sums too large to compare within the bound give `false`.
 */
export function covers(a: readonly PermissionDocument[], b: readonly PermissionDocument[]): boolean {
  const [wide, narrow] = [rulesOf(a), rulesOf(b)];
  const budget = { steps: STEPS };
  return narrow.allows.every((allow) => isCovered(allow, narrow.denies, wide, budget));
}

/** Equal patterns under equal conditions are one rule, from however many roles they come. */
function rulesOf(documents: readonly PermissionDocument[]): Rules {
  const allows = new Map<string, Rule>();
  const denies = new Map<string, Rule>();
  for (const { effect, api, condition } of documents.flatMap(({ statements }) => statements)) {
    const holds = condition === null ? ALWAYS : clauseOf(condition.expression, true);
    const fails = condition === null ? NEVER : clauseOf(condition.expression, false);
    const rules = effect === 'allow' ? allows : denies;
    for (const { text: pattern } of api) {
      rules.set(JSON.stringify([pattern, condition?.text]), { pattern, glob: glob(pattern), holds, fails });
    }
  }
  return { allows: [...allows.values()], denies: [...denies.values()] };
}

function isCovered(allow: Rule, ownDenies: readonly Rule[], wide: Rules, budget: Budget): boolean {
  // What `b` allows by this pattern: its condition is true, and none of its denies over the whole pattern applies.
  const premise = [allow.holds, ...overAll(ownDenies, allow.pattern, budget).map(({ fails }) => fails)];
  if (premise.includes(NEVER)) return true;
  const conditions = overAll(wide.allows, allow.pattern, budget).map(({ holds }) => holds);
  if (!implies({ kind: 'all', parts: premise }, { kind: 'any', parts: conditions }, budget)) return false;
  return wide.denies.every((deny) => isHarmless(deny, allow, premise, ownDenies, budget));
}

/** Whether a deny of `a` never applies to what `b` allows by the pattern of `allow`. */
function isHarmless(
  deny: Rule,
  allow: Rule,
  premise: readonly Clause[],
  ownDenies: readonly Rule[],
  budget: Budget,
): boolean {
  budget.steps--;
  if (!overlaps(deny.pattern, allow.pattern)) return budget.steps > 0;
  const same = overAll(ownDenies, deny.pattern, budget).map(({ fails }) => fails);
  // A deny that fails applies, so only a condition that is false is harmless.
  return implies({ kind: 'all', parts: [...premise, ...same] }, deny.fails, budget);
}

/** The rules whose pattern includes `pattern`: for a call that it matches, their conditions decide. */
function overAll(rules: readonly Rule[], pattern: string, budget: Budget): Rule[] {
  budget.steps -= rules.length;
  // `matches` of a pattern and a pattern is inclusion; see `includes`.
  return budget.steps < 0 ? [] : rules.filter((rule) => matches(rule.glob, pattern));
}
