import type { Load } from './load.ts';
import type { Target } from './target.ts';

/** What came of a fault: a row of the table. */
export type Finding = {
  readonly fault: string;
  readonly rounds: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  /** The longest time without an acknowledgement, and the slowest answer; milliseconds. */
  readonly longestGap: number | undefined;
  readonly slowest: number | undefined;
  readonly note: string;
};

export const header = ['fault', 'rounds', 'acknowledged', 'lost', 'longest gap, s', 'slowest answer, s', 'found'];

export function rowOf({ fault, rounds, acknowledged, lost, longestGap, slowest, note }: Finding): string[] {
  const seconds = (value: number | undefined) => (value === undefined ? '–' : (value / 1000).toFixed(1));
  const losses = lost.length === 0 ? '0' : `${lost.length}: ${lost.slice(0, 3).join('; ')}`;
  return [fault, String(rounds), String(acknowledged), losses, seconds(longestGap), seconds(slowest), note];
}

/** Ends a load, and says what it found. */
export async function findingOf(
  load: Load,
  target: Pick<Target, 'url'> & Partial<Pick<Target, 'command'>>,
  { fault, rounds, since, note = '' }: { fault: string; rounds: number; since: number; note?: string },
): Promise<Finding> {
  const longestGap = load.longestGap(since);
  await load.stop();
  const lost = await load.lost(target.url);
  const { acknowledged, refused, slowest } = load.ledger;
  const audit = (await target.command?.('audit', 'verify'))?.output;
  const answers = Object.entries(refused).map(
    ([status, count]) => `${count} × ${status === '0' ? 'no answer' : status}`,
  );
  const found = [note, answers.join(', '), audit].filter(Boolean).join('; ');
  return { fault, rounds, acknowledged, lost, longestGap, slowest, note: found };
}

/** What was not tried here, and why. */
export function untried(fault: string, why: string): Finding {
  const nothing = { rounds: 0, acknowledged: 0, lost: [], longestGap: undefined, slowest: undefined };
  return { fault, ...nothing, note: `not tried: ${why}` };
}
