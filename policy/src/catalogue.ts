import { glob, matches } from './pattern.ts';
import type { Operation } from './source.ts';
import { nearest } from './suggest.ts';

/** Operations by name, so that patterns with a literal beginning look at few of them. */
export interface Catalogue {
  readonly operations: readonly Operation[];
  /** Sorted, beside `operations`. */
  readonly names: readonly string[];
}

export function catalogueOf(operations: readonly Operation[]): Catalogue {
  const sorted = operations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { operations: sorted, names: sorted.map(({ name }) => name) };
}

/** How many names `matching` would look at. */
export function effort(catalogue: Catalogue, pattern: string): number {
  const [from, to] = beginningWith(catalogue, headOf(pattern));
  return to - from + 1;
}

/** The operations whose name the pattern matches. */
export function matching(catalogue: Catalogue, pattern: string): Operation[] {
  const [from, to] = beginningWith(catalogue, headOf(pattern));
  const prepared = glob(pattern);
  return catalogue.operations.slice(from, to).filter(({ name }) => matches(prepared, name));
}

/** Names that may be meant by a name that matches nothing: of the same tag, or of a tag spelled nearly so. */
export function nearNames({ names }: Catalogue, written: string): string[] {
  const [tag, ...rest] = written.split(':');
  const same = names.filter((name) => name.startsWith(`${tag}:`));
  if (same.length > 0) return nearest(written, same);
  const tags = names.map((name) => name.slice(0, name.indexOf(':')));
  return nearest(tag as string, tags).map((near) => [near, ...rest].join(':'));
}

function headOf(pattern: string): string {
  const star = pattern.indexOf('*');
  return star < 0 ? pattern : pattern.slice(0, star);
}

/** The range of sorted names that begin with `head`. */
function beginningWith({ names }: Catalogue, head: string): [from: number, to: number] {
  const from = firstIndex(names, (name) => name >= head);
  const to = firstIndex(names, (name) => name > head && !name.startsWith(head));
  return [from, to];
}

/** First index at which `reached` holds; it must stay true from there on. */
function firstIndex(names: readonly string[], reached: (name: string) => boolean): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(names[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}
