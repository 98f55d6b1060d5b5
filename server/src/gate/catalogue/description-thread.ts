import { Worker } from 'node:worker_threads';
import { Failure } from '../../failure.ts';
import { limits } from '../../limits.ts';
import type { Description } from './description.ts';
import type { Read } from './description-worker.ts';
import { DescriptionError } from './problem.ts';

/** As TypeScript where this runs from the sources; a built package has the worker beside it, as JavaScript. */
const workerFile = import.meta.url.endsWith('.ts') ? './description-worker.ts' : './description-worker.js';

let line: Promise<unknown> = Promise.resolve();
let waiting = 0;

/**
 * Reads a description that somebody sent, on a thread of its own, so that other requests go on.
 * SECURITY: one at a time, in a memory and a time of its own: what is counted bounds the work, these bound a mistake in it.
 * @throws DescriptionError; Failure COM0503 when too many wait
 */
export async function readInThread(text: string): Promise<Description> {
  if (waiting >= limits.catalogue.waiting) throw new Failure('COM0503', {}, 5);
  waiting++;
  const turn = line.then(() => readNow(text));
  line = turn.catch(() => {});
  const read = await turn.finally(() => waiting--);
  if ('problems' in read) throw new DescriptionError(read.problems);
  return read;
}

function readNow(text: string): Promise<Read> {
  const resourceLimits = { maxOldGenerationSizeMb: limits.catalogue.memory };
  const worker = new Worker(new URL(workerFile, import.meta.url), { resourceLimits });
  return new Promise<Read>((resolve) => {
    const timer = setTimeout(() => resolve(tooDear), limits.catalogue.time);
    const settle = (read: Read) => {
      clearTimeout(timer);
      resolve(read);
    };
    worker.once('message', settle);
    worker.once('error', () => settle(tooDear));
    worker.once('exit', () => settle(tooDear));
    worker.postMessage(text);
  }).finally(() => void worker.terminate());
}

const tooDear: Read = {
  problems: [
    {
      en: 'Reading the file takes too much memory or time.',
      ja: 'ファイルの読み取りに必要なメモリまたは時間が多すぎます。',
    },
  ],
};
