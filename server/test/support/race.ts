import type { Answer } from './client.ts';
import type { Engine } from './server.ts';

/** Does something many times at the same instant. */
export async function par<T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => work(i)));
}

/** How often each status (with its code) came. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const name = body.code === undefined ? String(status) : `${status} ${body.code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Answers that say yes. */
export function successes(answers: readonly Answer[]): Answer[] {
  return answers.filter((answer) => answer.status < 300);
}

/** An address of its own for each number. */
export function sourceOf(i: number): string {
  return `203.0.${Math.floor(i / 250) + 1}.${(i % 250) + 1}`;
}

/**
 * How many requests meet in each round of a race. SQLite has one writer and shows no such race; it gets two rounds.
 */
export function rounds(engine: Engine): number[] {
  return Array<number>(engine === 'postgres' ? 50 : 2).fill(64);
}
