import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

/** Who wants a slow hash: somebody the account knows, or one who holds a session; or anybody at all. */
export type Standing = 'known' | 'strange';

export type Places = {
  /**
   * Waits for a place; the caller leaves it by the function that it gets.
   * @throws Failure COM0503 when the line is full or a second is over
   */
  readonly enter: (standing: Standing) => Promise<() => void>;
  readonly load: () => PlacesLoad;
};

/** Now, and those refused since the start. */
export type PlacesLoad = { readonly running: number; readonly waiting: number; readonly refused: number };

/** With a thread: the hash that it makes, and the next one, so that it need not wait for the event loop. */
const perThread = 2;

/**
 * Places for slow hashes. Each standing has a line of its own, and at least one place that the other cannot take: a storm
 * of strangers holds half of them, and who is known goes first. A place is waited for before anything is done for an
 * attempt, so that one which finds none costs nothing.
 */
export function createPlaces(threads: number): Places {
  const all = threads * perThread;
  const most = { known: all - 1, strange: Math.max(1, all / 2) };
  const taken = { known: 0, strange: 0 };
  const lines: Record<Standing, (() => void)[]> = { known: [], strange: [] };
  const isFree = (standing: Standing) => taken[standing] < most[standing] && taken.known + taken.strange < all;
  const callNext = () => {
    for (const standing of ['known', 'strange'] as const) {
      while (isFree(standing)) {
        const next = lines[standing].shift();
        if (!next) break;
        taken[standing]++;
        next();
      }
    }
  };
  let refused = 0;
  const enter: Places['enter'] = async (standing) => {
    const line = lines[standing];
    if (line.length === 0 && isFree(standing)) taken[standing]++;
    else {
      await waitIn(line).catch((error: unknown) => {
        refused++;
        throw error;
      });
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      taken[standing]--;
      callNext();
    };
  };
  const load = () => ({
    running: taken.known + taken.strange,
    waiting: lines.known.length + lines.strange.length,
    refused,
  });
  return { enter, load };
}

async function waitIn(line: (() => void)[]): Promise<void> {
  if (line.length >= limits.kdf.waiting) throw new Failure('COM0503', {}, 1);
  await new Promise<void>((resolve, reject) => {
    const start = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      line.splice(line.indexOf(start), 1);
      reject(new Failure('COM0503', {}, 1));
    }, limits.kdf.maxWait);
    line.push(start);
  });
}
