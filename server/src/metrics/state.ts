import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { lastBackup } from '../db/state.ts';
import { queueState } from '../mail/delivery-state.ts';
import { countHostResets } from '../recovery/cases.ts';
import { countSessions } from '../sessions/count.ts';

/** What only the database knows. */
export type State = {
  readonly mails: { readonly waiting: number; readonly oldest: number | undefined };
  readonly sessions: number;
  /** When the last one was made; undefined when none is known. */
  readonly lastBackup: number | undefined;
  readonly hostResets: { readonly asked: number; readonly done: number };
};

/** Milliseconds for which an answer is good: however often it is asked for, the database has little to do. */
const goodFor = 10_000;
const sessionsGoodFor = 60_000;
/** Milliseconds after which a scrape goes on without the database. */
const longestWait = 2_000;

/**
 * What the database knows, or undefined when it does not say so in time: then above all somebody wants to see the rest.
 */
export function stateReader(ctx: Context): () => Promise<State | undefined> {
  const sessions = kept(sessionsGoodFor, () => countSessions(ctx.db, ctx.now()));
  const state = kept(goodFor, async () => ({
    mails: await queueState(ctx),
    sessions: await sessions(),
    lastBackup: await lastBackup(ctx.db),
    hostResets: await countHostResets(ctx),
  }));
  return async () => {
    const timeUp = new AbortController();
    const late = delay(longestWait, undefined, { signal: timeUp.signal, ref: false }).catch(() => undefined);
    const read = state().catch(() => undefined);
    const first = await Promise.race([read, late]);
    timeUp.abort();
    return first;
  };
}

/** Asks once for all who want to know at the same time or soon after. */
function kept<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<T> | undefined;
  let pending = false;
  return () => {
    if (answer && (pending || performance.now() - asked < milliseconds)) return answer;
    pending = true;
    asked = performance.now();
    answer = ask().finally(() => {
      pending = false;
    });
    answer.catch(() => {
      answer = undefined;
    });
    return answer;
  };
}
