import { existsSync } from 'node:fs';
import { listSources } from './architecture/sources.ts';
import { capture, root, tool } from './processes.ts';
import type { Totals } from './suites.ts';

/** A check of the sources: `count` finds in its output how many files it really looked at. */
type Check = {
  name: string;
  command: () => [string, string[]];
  count: (output: string) => number;
  atLeast: () => number;
};

type CheckResult = { name: string; ok: boolean; files: number; seconds: number; output: string };

// A tool that silently looks at nothing passes. So each one must prove that it saw our files.
const checks: readonly Check[] = [
  typeCheck('types', '.', ['policy', 'contract', 'client', 'server', 'e2e', 'bench', 'scripts', 'examples']),
  typeCheck('types (console)', 'console', ['console']),
  {
    name: 'format',
    command: () => tool('@biomejs/biome/bin/biome', ['format', '--colors=off', '.']),
    count: (output) => numberIn(/Checked (\d+) files?/, output),
    atLeast: () => listSources(root).length,
  },
  {
    name: 'lint',
    command: () => tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', '.']),
    count: (output) => numberIn(/ on (\d+) files?/, output),
    atLeast: () => listSources(root).length,
  },
  {
    name: 'dead code',
    command: () => tool('knip/bin/knip.js', ['--no-progress', '--reporter', './scripts/knip-reporter.ts']),
    count: (output) => numberIn(/knip read (\d+) files/, output),
    atLeast: () => listSources(root).length,
  },
];

/** Runs every check, two at a time, and prints what it found. */
export async function runChecks(): Promise<Totals> {
  const waiting = [...checks];
  const results: CheckResult[] = [];
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const result = await runCheck(check);
      print(result);
      results.push(result);
    }
  };
  await Promise.all([worker(), worker()]);
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  return { passed: results.length - failed.length, failed: failed.length, skipped: 0, names: failed };
}

async function runCheck(check: Check): Promise<CheckResult> {
  const begun = performance.now();
  // Counted first: a file that somebody saves meanwhile is no mistake of the tool.
  const atLeast = check.atLeast();
  const { code, output } = await capture(...check.command());
  const files = check.count(output);
  const blind = files < atLeast ? `It looked at ${files} files, there are ${atLeast}.\n` : '';
  const seconds = (performance.now() - begun) / 1000;
  return { name: check.name, ok: code === 0 && blind === '', files, seconds, output: blind + withoutList(output) };
}

function print({ name, ok, files, seconds, output }: CheckResult): void {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}: ${files} files, ${seconds.toFixed(1)} s`);
  if (!ok) console.log(output.slice(0, 20_000));
}

function typeCheck(name: string, project: string, folders: readonly string[]): Check {
  return {
    name,
    command: () =>
      tool('typescript/bin/tsc', ['-p', project, '--listFiles', '--pretty', 'false', ...remember(folders)]),
    count: (output) => output.split('\n').filter((line) => isOurs(line, folders)).length,
    atLeast: () => Math.max(1, listSources(root, folders).length),
  };
}

/** What did not change since the last run is not checked anew: seconds instead of half a minute. */
function remember(folders: readonly string[]): string[] {
  return ['--incremental', '--tsBuildInfoFile', `${root}/node_modules/.cache/warifu/types-${folders[0]}.json`];
}

/** `--listFiles` prints one absolute path a line; packages linked into node_modules appear by their real path. */
function isOurs(line: string, folders: readonly string[]): boolean {
  if (line.includes('/node_modules/')) return false;
  return folders.some((folder) => line.startsWith(`${root}/${folder}/`)) && existsSync(line);
}

function withoutList(output: string): string {
  return output
    .split('\n')
    .filter((line) => !(line.startsWith('/') && existsSync(line)))
    .join('\n');
}

function numberIn(pattern: RegExp, text: string): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}
