import { setTimeout as delay } from 'node:timers/promises';
import { PassingTrouble } from './start-failure.ts';

/** Milliseconds. */
export type StartPatience = {
  /** For all that a start does with its database. */
  readonly longest: number;
  /** Between two tries. */
  readonly pause: number;
};

/**
 * A database that is started together with its server is there within a minute: it makes its files, or repairs them after
 * a crash. After that the supervisor is told by the end of the process; it has a back-off and a way to tell people.
 */
export const asServerStarts: StartPatience = { longest: 60_000, pause: 2000 };

/**
 * Runs what a start does with its database again for as long as the trouble may pass. A signal ends it, as any start.
 * @param tell told the reason and the seconds until the next try
 * @returns a function that runs one step; what it throws is final, or the last trouble
 */
export function untilThere({ longest, pause }: StartPatience, tell: (reason: string, seconds: number) => void) {
  const end = performance.now() + longest;
  return async <T>(step: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof PassingTrouble) || performance.now() + pause > end) throw error;
        tell(error.message, Math.ceil(pause / 1000));
        await delay(pause);
      }
    }
  };
}
