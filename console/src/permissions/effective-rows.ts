import type { Access } from '@warifu/contract';
import { type Operation, type Reach, reach, type Source } from '@warifu/policy';

/** What may be said of an operation, what is allowed first: without a permission it is `free`, or the root user's alone. */
export const verdicts = ['always', 'sometimes', 'free', 'never', 'root'] as const;
export type Verdict = (typeof verdicts)[number];

export type EffectiveSearch = { verdict?: Verdict; q?: string };
export type EffectiveRow = Reach & { readonly verdict: Verdict };
type Known = Operation & { readonly access: Access };

/** Every operation with its verdict; what needs no permission, and what none opens, is decided by no statement. */
export function effectiveRows(sources: readonly Source[], operations: readonly Known[]): EffectiveRow[] {
  return reach(sources, operations)
    .map((row, place) => decided(row, operations[place]?.access))
    .toSorted((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict));
}

function decided(row: Reach, access: Access | undefined): EffectiveRow {
  if (access === 'permission' || access === undefined) return { ...row, verdict: row.allowed };
  return { ...row, allowedBy: [], deniedBy: [], verdict: access === 'root' ? 'root' : 'free' };
}
