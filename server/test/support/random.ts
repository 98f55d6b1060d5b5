/** Picks from lists, always in the same order for a seed: a failure can be seen again. */
export type Pick = ReturnType<typeof randomOf>;

/** A generator of its own for a seed (mulberry32). */
export function randomOf(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
}
