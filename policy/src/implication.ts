import type { Clause } from './clause.ts';
import { factImplies, factWork } from './fact.ts';

/** Steps that may still be taken; at none, every question is answered "no". One is about a comparison of two values. */
export interface Budget {
  steps: number;
}

/**
 * Whether `q` is true wherever `p` is. Conservative: it looks at one conjunct of `p` at a time and never
 * combines two, so a "no" may be wrong; a "yes" is not. Identical clauses imply each other.
 * SECURITY: nested alternatives could be tried in exponentially many orders; the budget ends that.
 */
export function implies(p: Clause, q: Clause, budget: Budget): boolean {
  if (budget.steps <= 0) return false;
  budget.steps--;
  if (p === q) return true;
  if (p.kind === 'any') return p.parts.every((part) => implies(part, q, budget));
  if (q.kind === 'all') return q.parts.every((part) => implies(p, part, budget));
  if (p.kind === 'fact' && q.kind === 'fact') {
    budget.steps -= factWork(p, q);
    return budget.steps > 0 && factImplies(p, q);
  }
  return (
    (p.kind === 'all' && p.parts.some((part) => implies(part, q, budget))) ||
    (q.kind === 'any' && q.parts.some((part) => implies(p, part, budget)))
  );
}
