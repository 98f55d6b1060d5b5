import { unknownSource } from '../context.ts';
import { perDatabase } from '../db/reads.ts';
import { limits } from '../limits.ts';

const { login } = limits;

type Entry = { since: number; count: number; stoppedUntil: number };

/**
 * The attempts of each source that were refused and left no row, of one server. They count on the budget of the source
 * beside its failures in the database: who is only ever refused would never use that up.
 * SECURITY: bounded. What is pushed out by many other sources is counted anew.
 */
export const refusals = perDatabase(() => {
  const bySource = new Map<string, Entry>();
  const find = (network: string, now: number) => {
    const entry = bySource.get(network);
    const isOver = entry && (entry.since + login.sourceWindow <= now || entry.since > now + limits.clock.step);
    return isOver ? undefined : entry;
  };
  const change = (network: string, now: number, work: (entry: Entry) => void) => {
    // What many people have in common is no source.
    if (network === unknownSource) return;
    const entry = find(network, now) ?? { since: now, count: 0, stoppedUntil: 0 };
    work(entry);
    bySource.delete(network);
    bySource.set(network, entry);
    if (bySource.size > login.sourcesKept) bySource.delete(bySource.keys().next().value as string);
  };
  return {
    /** How many there were of a source in its window. */
    of: (network: string, now: number) => find(network, now)?.count ?? 0,
    add: (network: string, now: number) => change(network, now, (entry) => entry.count++),
    /** For a moment nothing is read for a source whose budget is used up. */
    stop: (network: string, now: number) =>
      change(network, now, (entry) => {
        entry.stoppedUntil = now + login.stopped;
      }),
    isStopped: (network: string, now: number) => {
      const until = find(network, now)?.stoppedUntil ?? 0;
      return until > now && until <= now + login.stopped;
    },
  };
});
