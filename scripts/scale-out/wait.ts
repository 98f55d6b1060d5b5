import type { SpawnOptions } from 'node:child_process';
import { openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer; fails with what was missing. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  milliseconds = 60_000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`waited ${milliseconds / 1000} s for ${what}`);
    await delay(100);
  }
}

/** What a program prints goes into a file. */
export function quiet(file: string): SpawnOptions {
  const log = openSync(file, 'a');
  return { stdio: ['ignore', log, log], detached: true };
}
