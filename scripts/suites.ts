import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, run, tool } from './processes.ts';

export type Totals = {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, by name. */
  names: string[];
};

export const nothing: Totals = { passed: 0, failed: 0, skipped: 0, names: [] };

/** Something beside the tests, that counts as one. */
export function failureOf(name: string): Totals {
  return { ...nothing, failed: 1, names: [name] };
}

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

/** A test file that cannot even be loaded, or an error in no test: the exit code then counts as one failure. */
function count(file: string, code: number): Totals {
  const result = readResult(file);
  const passed = result.numPassedTests ?? 0;
  const skipped = (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0);
  const names = failuresOf(result);
  const failed = result.numFailedTests ?? 0;
  if (failed > 0 || code === 0) return { passed, failed, skipped, names };
  return {
    passed,
    failed: 1,
    skipped,
    names: names.length > 0 ? names : ['an error outside of every test; see above'],
  };
}

type Result = {
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numTodoTests?: number;
  testResults?: readonly {
    name: string;
    status: string;
    assertionResults: readonly { status: string; fullName: string; failureMessages?: readonly string[] }[];
  }[];
};

function failuresOf({ testResults = [] }: Result): string[] {
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [file] : [];
    return failed.map(
      ({ fullName, failureMessages = [] }) => `${file}: ${fullName}\n  ${firstLines(failureMessages[0])}`,
    );
  });
}

/** What was expected and, of where, no more than the place in the test. */
function firstLines(message = ''): string {
  return message.split('\n').slice(0, 4).join('\n');
}

function readResult(file: string): Result {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Result;
  } catch {
    return {};
  }
}

export function sum(all: readonly Totals[]): Totals {
  const add = (key: 'passed' | 'failed' | 'skipped') => all.reduce((total, one) => total + one[key], 0);
  const names = all.flatMap((one) => one.names);
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped'), names };
}

/** Every failure again, where a long log ends; after it, alone on a line, what continuous integration counts by. */
export function closing({ passed, failed, skipped, names }: Totals): string {
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return [...names.map((name) => `FAILED ${name.slice(0, 2000)}`), line].join('\n');
}
