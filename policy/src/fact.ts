import { type NetworkSet, networksDisjoint, networksWithin, sizeOfNetworks } from './networks.ts';
import { type Glob, matches, overlaps } from './pattern.ts';
import type { Value } from './request.ts';

/** A set of values, as a comparison with constants gives it. */
export type ValueSet =
  | { readonly kind: 'values'; readonly values: ReadonlySet<Value>; readonly work: number }
  | { readonly kind: 'range'; readonly low: number; readonly high: number }
  | { readonly kind: 'like'; readonly glob: Glob }
  | { readonly kind: 'networks'; readonly networks: NetworkSet }
  /** Not looked into; two of the same subject are the same set. */
  | { readonly kind: 'opaque' };

/** The set of these values; looking all of them up in another takes `work`. */
export function valueSet(values: readonly Value[]): ValueSet {
  const set = new Set(values);
  let work = 0;
  for (const value of set) work += typeof value === 'string' ? 1 + value.length / 32 : 1;
  return { kind: 'values', values: set, work };
}

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

/**
 * How much `factImplies` may look at, in units of about one comparison.
 * SECURITY: a hundred texts against a long pattern are no single step.
 */
export function factWork(f: Fact, g: Fact): number {
  if (f.subject !== g.subject) return 1;
  return count(f.set) * lengthOf(g.set) + count(g.set) * lengthOf(f.set);
}

/** How many values or addresses are looked up one by one. */
function count(set: ValueSet): number {
  if (set.kind === 'values') return set.work;
  return set.kind === 'networks' ? sizeOfNetworks(set.networks) : 1;
}

/** What looking up one value takes; the texts of one set are no longer than a condition. */
function lengthOf(set: ValueSet): number {
  return set.kind === 'like' ? 2 + set.glob.text.length / 16 : 1;
}

function within(a: ValueSet, b: ValueSet): boolean {
  if (a.kind === 'values') return every(a.values, (value) => has(b, value));
  switch (b.kind) {
    case 'range':
      return a.kind === 'range' && b.low <= a.low && a.high <= b.high;
    case 'like':
      // A pattern that matches a pattern, read as a text, includes it.
      return a.kind === 'like' && matches(b.glob, a.glob.text);
    case 'networks':
      return a.kind === 'networks' && networksWithin(a.networks, b.networks);
    default:
      return a.kind === 'opaque' && b.kind === 'opaque';
  }
}

/** A range is never the negated one: what it excludes is a range too. */
function disjoint(a: ValueSet, b: ValueSet): boolean {
  if (a.kind === 'values') return every(a.values, (value) => !has(b, value));
  if (b.kind === 'values') return every(b.values, (value) => !has(a, value));
  if (a.kind === 'like' && b.kind === 'like') return !overlaps(a.glob.text, b.glob.text);
  if (a.kind !== 'networks' || b.kind !== 'networks') return false;
  return networksDisjoint(a.networks, b.networks);
}

function every(values: ReadonlySet<Value>, holds: (value: Value) => boolean): boolean {
  for (const value of values) if (!holds(value)) return false;
  return true;
}

/** Whether `value` may be in the set; sets of one subject hold values of one type. */
function has(set: ValueSet, value: Value): boolean {
  switch (set.kind) {
    case 'values':
      return set.values.has(value);
    case 'range':
      return set.low <= (value as number) && (value as number) <= set.high;
    default:
      return matches((set as { readonly glob: Glob }).glob, value as string);
  }
}
