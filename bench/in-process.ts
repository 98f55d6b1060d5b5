import { capture, root } from '../scripts/processes.ts';
import { pinned } from './machine.ts';
import type { Candidate, Slice } from './turns.ts';

export type Loop = {
  readonly name: string;
  /** Path from the root of the checkout of a script that prints a `Slice` as its last line. */
  readonly script: string;
  /** After the seconds and how many are in flight. */
  readonly args?: readonly string[];
  /** Undefined: all of them. */
  readonly core: number | undefined;
};

/** Work without HTTP, in a fresh process for each slice. */
export function inProcess({ name, script, args = [], core }: Loop): Candidate {
  const run = async ({ seconds, connections }: { seconds: number; connections: number }) => {
    const command = pinned(core, [
      process.execPath,
      `${root}/${script}`,
      String(seconds),
      String(connections),
      ...args,
    ]);
    const { code, output } = await capture(...command);
    if (code !== 0) throw new Error(`${name}: ${output}`);
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Slice;
  };
  return { name, run };
}
