import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { root } from '../scripts/processes.ts';
import { onPath } from '../scripts/system-packages.ts';

/** What the numbers belong to, one fact a line. */
export function describeMachine(): string[] {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const [load = 0] = loadavg();
  return [
    `- machine: ${availableParallelism()} cores, ${model}, ${memory}, ${type()} ${release()}`,
    `- load of the machine when it began: ${load.toFixed(2)}`,
    `- Node ${process.versions.node}, V8 ${process.versions.v8}, SQLite ${process.versions.sqlite ?? '?'}`,
    `- libraries: ${libraries()}`,
    `- commit: ${gitHead()}`,
  ];
}

/** Puts a command on one core, where the system can; `undefined` leaves it all cores. */
export function pinned(core: number | undefined, command: readonly string[]): [string, string[]] {
  const taskset = onPath('taskset');
  const pin = core === undefined || taskset === undefined || availableParallelism() < 2;
  const whole = pin ? [...command] : [taskset, '-c', String(core), ...command];
  return [whole[0] as string, whole.slice(1)];
}

/** Where servers run and where the load comes from. */
export const serverCore = 0;
export const loadCore = 1;

function libraries(): string {
  const names = ['fastify', 'kysely', 'pg', '@node-rs/argon2'];
  return names.map((name) => `${name} ${versionOf(`${root}/node_modules/${name}/package.json`)}`).join(', ');
}

/** The version in a package.json. */
export function versionOf(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function gitHead(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? '';
  const changed = git('status', '--porcelain') !== '';
  return `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? ', with changes' : ''}`;
}
