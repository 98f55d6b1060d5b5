import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/processes.ts';
import { serverEnv, temporaryFolder } from './server.ts';

/** Where the commands of one guide run: made empty, then furnished by what the guide needs. */
export type Stage = {
  /** The folder that the reader stands in. */
  readonly folder: string;
  /** Variables that the reader has set, or that the machine has. */
  readonly env: Record<string, string>;
  /** Shell lines that run before the first block, in the same shell. */
  readonly before: string[];
  /** A command and its arguments that the shell is started by, such as `unshare`. */
  readonly within: string[];
  /** Called again and again: what the reader types now, at a `read`. */
  readonly typed: (() => string)[];
  /** What is stopped in the end, the last one first. */
  readonly stops: (() => Promise<unknown>)[];
};

/** What a guide takes for granted, brought about: `guides.test.ts` says which guide has which. */
export type Need = (stage: Stage) => Promise<void>;

/** Runs the ```sh blocks of a guide as one script. @returns the exit code and all that it printed */
export async function followGuide(path: string, needs: readonly Need[]): Promise<{ code: number; output: string }> {
  const stage: Stage = {
    folder: temporaryFolder('guide'),
    env: {},
    before: [],
    within: [],
    typed: [],
    stops: [],
  };
  try {
    for (const need of needs) await need(stage);
    return await play(stage, blocksOf(path).join('\n\n'));
  } finally {
    for (const stop of stage.stops.reverse()) await stop();
  }
}

async function play(stage: Stage, script: string): Promise<{ code: number; output: string }> {
  const shell = ['bash', '-euo', 'pipefail', '-c', [...stage.before, script].join('\n\n')];
  const [command, ...args] = [...stage.within, ...shell] as [string, ...string[]];
  const { WARIFU_PORT: _, WARIFU_BASE_URL: __, WARIFU_DATA_DIR: ___, ...machine } = serverEnv(0, '');
  const child = spawn(command, args, { cwd: stage.folder, env: { ...machine, ...stage.env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  child.stdin.on('error', () => undefined);
  const typing = setInterval(() => {
    for (const typed of stage.typed) child.stdin.write(typed());
  }, 100);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (ended) => resolve(ended ?? 128));
    });
    return { code, output };
  } finally {
    clearInterval(typing);
  }
}

/** The text of the ```sh blocks, in order, each with its line as a comment for the trace. */
function blocksOf(path: string): string[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: string[] = [];
  let block: string[] | undefined;
  let indent = '';
  for (const [index, line] of lines.entries()) {
    const fence = /^(\s*)```sh\s*$/.exec(line);
    if (block === undefined && fence) {
      block = [`# ${path}:${index + 1}`];
      indent = fence[1] ?? '';
    } else if (block !== undefined && /^\s*```\s*$/.test(line)) {
      blocks.push(block.join('\n'));
      block = undefined;
    } else block?.push(line.startsWith(indent) ? line.slice(indent.length) : line);
  }
  return blocks;
}

/** The commands of a guide without comments and empty lines: what both languages must have in common. */
export function commandsOf(path: string): string[] {
  return blocksOf(path)
    .flatMap((block) => block.split('\n'))
    .filter((line) => !/^\s*(#|$)/.test(line));
}
