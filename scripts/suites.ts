import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tool } from './processes.ts';

export type Totals = { passed: number; failed: number; skipped: number };

/** Runs the tests of some projects of vitest.config.ts, two files at a time, and counts what it did. */
export async function runTests(
  projects: readonly string[],
  filters: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-tests-'));
  const file = join(folder, 'result.json');
  try {
    const code = await run(
      ...tool('vitest/vitest.mjs', [
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
        ...filters,
      ]),
      { env },
    );
    return count(file, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A test file that cannot even be loaded has no tests to fail: the exit code then counts as one failure. */
function count(file: string, code: number): Totals {
  const result = readResult(file);
  const passed = result.numPassedTests ?? 0;
  const failed = result.numFailedTests ?? 0;
  const skipped = (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0);
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}

type Result = { numPassedTests?: number; numFailedTests?: number; numPendingTests?: number; numTodoTests?: number };

function readResult(file: string): Result {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Result;
  } catch {
    return {};
  }
}

export function sum(all: readonly Totals[]): Totals {
  const add = (key: keyof Totals) => all.reduce((total, one) => total + one[key], 0);
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') };
}

/** The line that continuous integration counts by; alone on a line. */
export function closingLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
