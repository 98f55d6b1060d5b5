import type { Test } from './condition-compiler.ts';
import { LIMITS } from './limits.ts';

/** What is left to do for one operation: conditions of its deny and allow statements. */
export interface Plan {
  readonly denies: readonly Test[];
  /** An allow without condition applies. */
  readonly allowed: boolean;
  readonly allows: readonly Test[];
}

/** The plans that one decider keeps, by name of the operation. */
export interface Plans {
  readonly byName: Map<string, Plan>;
  /** Different plans, found by their last test: most names share a plan with others. */
  readonly byTest: Map<Test | undefined, Plan[]>;
  /** What they take, in words of memory. */
  weight: number;
}

export function emptyPlans(): Plans {
  return { byName: new Map(), byTest: new Map(), weight: 0 };
}

// SECURITY: names may come from requests of many kinds (the simulator, the gate), and a plan may name every statement;
// the memory of one decider is bounded by what its plans really take.
/** Keeps the plan of this name, or an equal one that is there already. */
export function keepPlan(plans: Plans, api: string, plan: Plan): Plan {
  const weight = NAME_WORDS + api.length / 8 + PLAN_WORDS + plan.denies.length + plan.allows.length;
  if (plans.weight + weight > LIMITS.planWords) forget(plans);
  const kept = sharedPlan(plans, plan);
  plans.weight += kept === plan ? weight : NAME_WORDS + api.length / 8;
  plans.byName.set(api, kept);
  return kept;
}

const NAME_WORDS = 8;
const PLAN_WORDS = 24;

/** Plans with the same last test that are looked through for an equal one. */
const MOST_ALIKE = 16;

function forget(plans: Plans): void {
  plans.byName.clear();
  plans.byTest.clear();
  plans.weight = 0;
}

function sharedPlan({ byTest }: Plans, plan: Plan): Plan {
  const last = plan.allows.at(-1) ?? plan.denies.at(-1);
  const alike = byTest.get(last);
  if (alike === undefined) {
    byTest.set(last, [plan]);
    return plan;
  }
  const same = alike.find((other) => isSamePlan(other, plan));
  if (same === undefined && alike.length < MOST_ALIKE) alike.push(plan);
  return same ?? plan;
}

function isSamePlan(a: Plan, b: Plan): boolean {
  return a.allowed === b.allowed && areSame(a.denies, b.denies) && areSame(a.allows, b.allows);
}

function areSame(a: readonly Test[], b: readonly Test[]): boolean {
  return a.length === b.length && a.every((test, i) => test === b[i]);
}
