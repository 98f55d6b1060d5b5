import type { Answer } from './client.ts';
import type { Engine, TestServer } from './server.ts';

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

/**
 * Many at one instant; the end comes as soon as the first of them is through, and again while the server is too busy.
 * @returns their answers, and that of the end
 */
export async function raceEnd(count: number, work: (i: number) => Promise<Answer>, end: () => Promise<Answer>) {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const [ended, answers] = await Promise.all([
    begun.then(() => untilServed(end)),
    par(count - 1, async (i) => {
      const answer = await work(i);
      begin();
      return answer;
    }),
  ]);
  return { ended, answers };
}

/** Asks again while the server is too busy: a slow machine must not decide what a test shows. */
export async function untilServed(work: () => Promise<Answer>): Promise<Answer> {
  const answer = await work();
  return answer.status === 503 ? await untilServed(work) : answer;
}

/** The operations that succeeded for an operator after a record, in the order in which they were committed. */
export async function doneSince({ ctx }: TestServer, operatorId: string, sequence: number) {
  const rows = await ctx.db
    .selectFrom('audit_log')
    .select(['sequence', 'api_kind', 'outcome'])
    .where('operator_id', '=', operatorId)
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .execute();
  const done = rows.filter((row) => row.outcome === 'success').map((row) => row.api_kind);
  return { done, last: rows.at(-1)?.sequence ?? sequence };
}
