import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Preloaded into a program, this file is the program's clock: off by what a file says, while timers go on as they do
// when a real clock is set.
const offsetFile = process.env['BENCH_CLOCK_FILE'];
if (offsetFile !== undefined) {
  const right = Date.now;
  Date.now = () => right() + Number(readFileSync(offsetFile, 'utf8'));
}

/** The clock of the programs that are started with its `env`. */
export type ShiftedClock = {
  readonly env: Readonly<Record<string, string>>;
  readonly now: () => number;
  /** Sets it so many milliseconds ahead of the right time. */
  readonly set: (ahead: number) => void;
  readonly remove: () => void;
};

export function newShiftedClock(): ShiftedClock {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-clock-'));
  const file = join(folder, 'ahead');
  let now = 0;
  const set = (ahead: number) => {
    now = ahead;
    // In one step: who reads meanwhile must not find it empty.
    writeFileSync(`${file}.part`, String(ahead));
    renameSync(`${file}.part`, file);
  };
  set(0);
  return {
    env: { BENCH_CLOCK_FILE: file, NODE_OPTIONS: `--import=${import.meta.url}` },
    now: () => Date.now() + now,
    set,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
