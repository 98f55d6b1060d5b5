import { contains, type Network } from './address.ts';
import { includes, matchesPattern, overlaps } from './pattern.ts';
import type { Value } from './request.ts';

/** A set of values, as a comparison with constants gives it. */
export type ValueSet =
  | { readonly kind: 'values'; readonly values: readonly Value[] }
  | { readonly kind: 'range'; readonly low: number; readonly high: number }
  | { readonly kind: 'like'; readonly pattern: string }
  | { readonly kind: 'networks'; readonly networks: readonly Network[] }
  /** Not looked into; two of the same subject are the same set. */
  | { readonly kind: 'opaque' };

/** The value that `subject` reads could be read, and is in `set` (or is not). */
export interface Fact {
  readonly kind: 'fact';
  readonly subject: string;
  readonly set: ValueSet;
  readonly negated: boolean;
}

/** Whether `g` is true wherever `f` is. Conservative: a wrong "no" is possible, a wrong "yes" is not. */
export function factImplies(f: Fact, g: Fact): boolean {
  if (f.subject !== g.subject) return false;
  if (f.negated) return g.negated && within(g.set, f.set);
  return g.negated ? disjoint(f.set, g.set) : within(f.set, g.set);
}

function within(a: ValueSet, b: ValueSet): boolean {
  if (a.kind === 'values') return a.values.every((value) => has(b, value));
  switch (b.kind) {
    case 'range':
      return a.kind === 'range' && b.low <= a.low && a.high <= b.high;
    case 'like':
      return a.kind === 'like' && includes(b.pattern, a.pattern);
    case 'networks':
      return a.kind === 'networks' && a.networks.every((inner) => b.networks.some((outer) => inside(inner, outer)));
    default:
      return a.kind === 'opaque' && b.kind === 'opaque';
  }
}

/** A range is never the negated one: what it excludes is a range too. */
function disjoint(a: ValueSet, b: ValueSet): boolean {
  if (a.kind === 'values') return !a.values.some((value) => has(b, value));
  if (b.kind === 'values') return !b.values.some((value) => has(a, value));
  if (a.kind === 'like' && b.kind === 'like') return !overlaps(a.pattern, b.pattern);
  if (a.kind !== 'networks' || b.kind !== 'networks') return false;
  return !a.networks.some((x) => b.networks.some((y) => inside(x, y) || inside(y, x)));
}

/** Whether `value` may be in the set; sets of one subject hold values of one type. */
function has(set: ValueSet, value: Value): boolean {
  switch (set.kind) {
    case 'values':
      return set.values.includes(value);
    case 'range':
      return set.low <= (value as number) && (value as number) <= set.high;
    default:
      return matchesPattern((set as { readonly pattern: string }).pattern, value as string);
  }
}

function inside(inner: Network, outer: Network): boolean {
  return outer.prefix <= inner.prefix && contains(outer, inner);
}
