import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

const lines = new Map<string, { last: Promise<unknown>; length: number }>();

/**
 * Does work for one key after the other. Attempts are booked as failures before they are evaluated; without turns, a
 * program that signs in many times at once would meet its own bookings and be refused with the right password.
 * @throws Failure COM0503 when the line is too long
 */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const line = lines.get(key) ?? { last: Promise.resolve(), length: 0 };
  if (line.length >= limits.kdf.waiting) throw new Failure('COM0503', {}, 1);
  lines.set(key, line);
  line.length++;
  const turn = line.last.then(work, work);
  line.last = turn.catch(() => {});
  try {
    return await turn;
  } finally {
    line.length--;
    if (line.length === 0) lines.delete(key);
  }
}
