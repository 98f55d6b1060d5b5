import { setTimeout as wait } from 'node:timers/promises';

/** Asks again and again, often, until there is an answer; fails with what was missing. */
export async function until<T>(
  ask: () => T | Promise<T>,
  what: string,
  milliseconds = 120_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>;
    }
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms for ${what}`);
    await wait(20);
  }
}
