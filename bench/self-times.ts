import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../scripts/processes.ts';

/** What `node --cpu-prof` writes, as far as it is read here. */
export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
};

const shown = 30;

/** Table of the functions with the most time of their own in the last microseconds of a profile; idle time left out. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, last: number): string[][] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  let [left, total] = [last, 0];
  for (let i = samples.length - 1; i >= 0 && left > 0; i--) {
    const name = names.get(samples[i] ?? 0) ?? '?';
    const time = timeDeltas[i] ?? 0;
    left -= time;
    if (name === '(idle)' || name === '(program)') continue;
    total += time;
    times.set(name, (times.get(name) ?? 0) + time);
  }
  const most = [...times].toSorted(([, a], [, b]) => b - a).slice(0, shown);
  return [['own time', 'function'], ...most.map(([name, time]) => [`${((time / total) * 100).toFixed(1)} %`, name])];
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url;
  return `${name} ${path.replace(/^node_modules\//, '')}:${lineNumber + 1}`;
}
