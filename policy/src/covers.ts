import type { Effect, PermissionDocument } from './ast.ts';
import { ALWAYS, type Clause, clauseOf, NEVER } from './clause.ts';
import { type Budget, implies } from './implication.ts';
import { includes, overlaps } from './pattern.ts';

/** One pattern of one statement, and when its condition is true and when it is false. */
interface Rule {
  readonly pattern: string;
  readonly holds: Clause;
  readonly fails: Clause;
}

interface Rules {
  readonly allows: readonly Rule[];
  readonly denies: readonly Rule[];
}

// SECURITY: bounds what a caller can make the escalation guard do; two sums of a hundred usual statements need a tenth.
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

function rulesOf(documents: readonly PermissionDocument[]): Rules {
  const rules: Record<Effect, Rule[]> = { allow: [], deny: [] };
  for (const { effect, api, condition } of documents.flatMap(({ statements }) => statements)) {
    const holds = condition === null ? ALWAYS : clauseOf(condition.expression, true);
    const fails = condition === null ? NEVER : clauseOf(condition.expression, false);
    for (const { text } of api) rules[effect].push({ pattern: text, holds, fails });
  }
  return { allows: rules.allow, denies: rules.deny };
}

function isCovered(allow: Rule, ownDenies: readonly Rule[], wide: Rules, budget: Budget): boolean {
  budget.steps -= ownDenies.length + wide.allows.length + wide.denies.length;
  // What `b` allows by this pattern: its condition is true, and none of its denies over the whole pattern applies.
  const premise = [allow.holds, ...falseConditions(ownDenies, allow.pattern)];
  const conditions = wide.allows.filter(({ pattern }) => includes(pattern, allow.pattern)).map(({ holds }) => holds);
  if (!implies({ kind: 'all', parts: premise }, { kind: 'any', parts: conditions }, budget)) return false;
  return wide.denies
    .filter(({ pattern }) => overlaps(pattern, allow.pattern))
    .every((deny) => {
      const parts = [...premise, ...falseConditions(ownDenies, deny.pattern)];
      // A deny that fails applies, so only a condition that is false is harmless.
      return implies({ kind: 'all', parts }, deny.fails, budget);
    });
}

/** For every deny over all of `pattern`: that its condition is false, without which nothing there is allowed. */
function falseConditions(denies: readonly Rule[], pattern: string): Clause[] {
  return denies.filter((deny) => includes(deny.pattern, pattern)).map(({ fails }) => fails);
}
