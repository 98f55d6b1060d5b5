import { type Address, type Network, parseNetwork } from './address.ts';

/**
 * The addresses of some networks, as ranges that neither meet nor overlap, in rising order. Flat lists of numbers:
 * for each range the words of its first address, then those of its last. Two sets are compared in one walk.
 */
export interface NetworkSet {
  readonly v4: readonly number[];
  readonly v6: readonly number[];
}

/** The set of these texts, each of which must be a network or an address. */
export function networkSet(texts: readonly string[]): NetworkSet {
  const networks = [...new Set(texts)].map((text) => parseNetwork(text) as Network);
  return { v4: rangesOf(networks, 4), v6: rangesOf(networks, 6) };
}

/** Whether `address` is in the set. */
export function isInNetworks({ v4, v6 }: NetworkSet, { family, words }: Address): boolean {
  const [ranges, width] = family === 4 ? ([v4, 1] as const) : ([v6, 4] as const);
  const compare = COMPARE[width];
  let low = 0;
  let high = ranges.length / (2 * width);
  // The last range that begins at the address or before it.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(ranges, 2 * middle * width, words, 0) <= 0) low = middle + 1;
    else high = middle;
  }
  return low > 0 && compare(words, 0, ranges, (2 * low - 1) * width) <= 0;
}

/** Whether every address of `a` is in `b`. */
export function networksWithin(a: NetworkSet, b: NetworkSet): boolean {
  return rangesWithin(a.v4, b.v4, 1) && rangesWithin(a.v6, b.v6, 4);
}

/** Whether no address is in both. */
export function networksDisjoint(a: NetworkSet, b: NetworkSet): boolean {
  return rangesDisjoint(a.v4, b.v4, 1) && rangesDisjoint(a.v6, b.v6, 4);
}

/** How many numbers a walk over the set looks at. */
export function sizeOfNetworks({ v4, v6 }: NetworkSet): number {
  return v4.length + v6.length;
}

const NONE: readonly number[] = [];

function rangesOf(networks: readonly Network[], family: 4 | 6): readonly number[] {
  const width = family === 4 ? 1 : 4;
  const compare = COMPARE[width];
  const own = networks.filter((network) => network.family === family).map(bounds);
  own.sort((a, b) => compare(a, 0, b, 0));
  const ranges: number[] = [];
  for (const range of own) {
    const end = ranges.length - width;
    if (end < 0 || compare(range, 0, ranges, end) > 0) ranges.push(...range);
    // Of two networks that meet, one contains the other; the wider may come second when both begin alike.
    else if (compare(range, width, ranges, end) > 0) ranges.splice(end, width, ...range.slice(width));
  }
  return ranges.length === 0 ? NONE : ranges;
}

/** The words of the first and of the last address. */
function bounds({ words, prefix }: Network): number[] {
  const masks = words.map((_, i) => maskOf(prefix - 32 * i));
  const first = words.map((word, i) => (word & (masks[i] as number)) >>> 0);
  return [...first, ...first.map((word, i) => (word | ~(masks[i] as number)) >>> 0)];
}

/** The mask of a word of which the first `bits` bits count. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : ~(0xffffffff >>> bits);
}

function rangesWithin(a: readonly number[], b: readonly number[], width: Width): boolean {
  const compare = COMPARE[width];
  const step = 2 * width;
  let j = 0;
  for (let i = 0; i < a.length; i += step) {
    while (j < b.length && compare(b, j + width, a, i) < 0) j += step;
    if (j >= b.length || compare(b, j, a, i) > 0 || compare(a, i + width, b, j + width) > 0) return false;
  }
  return true;
}

function rangesDisjoint(a: readonly number[], b: readonly number[], width: Width): boolean {
  const compare = COMPARE[width];
  const step = 2 * width;
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (compare(a, i + width, b, j) < 0) i += step;
    else if (compare(b, j + width, a, i) < 0) j += step;
    else return false;
  }
  return true;
}

type Width = 1 | 4;
type Compare = (a: readonly number[], i: number, b: readonly number[], j: number) => number;

/** Below 0, 0 or above 0, as the address at `i` is before, at or after the one at `j`; by the words of an address. */
const COMPARE: Readonly<Record<Width, Compare>> = {
  1: (a, i, b, j) => (a[i] as number) - (b[j] as number),
  4: (a, i, b, j) => {
    for (let k = 0; k < 4; k++) {
      const difference = (a[i + k] as number) - (b[j + k] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  },
};
