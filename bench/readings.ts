import { loadGenerator } from './load.ts';
import type { Options } from './options.ts';
import { figures, showSpread } from './table.ts';
import type { Readings } from './turns.ts';

/** A sentence about how the turns were taken. */
export function conditions({ rounds, seconds }: Options, connections: number, cores: string): string {
  const how = `${rounds} rounds of ${seconds} s slices, ${connections} connections by ${loadGenerator()}; ${cores}`;
  return `${how}; median (least–most); ÷: by the first row, in the same round.`;
}

export const pinnedCores = 'servers on core 0, load on core 1';

/** The table of readings that took turns, the floor first. */
export function rowsOf(readings: readonly Readings[], unit = 'requests/s'): string[][] {
  const header = ['what', unit, '÷ first row', 'p50 ms', 'p99 ms', 'p99 ÷ first row', 'cores used', 'refused'];
  return [header, ...readings.map(rowOf)];
}

function rowOf({ name, perSecond, ofFloor, p50, p99, busy, refused }: Readings): string[] {
  return [
    name,
    figures(perSecond.median),
    showSpread(ofFloor.perSecond),
    figures(p50.median),
    figures(p99.median),
    showSpread(ofFloor.p99),
    busy.median.toFixed(2),
    `${(refused.median * 100).toFixed(1)} %`,
  ];
}
