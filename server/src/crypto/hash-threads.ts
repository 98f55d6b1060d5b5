import { Worker } from 'node:worker_threads';
import type { HashJob } from './hash-worker.ts';

type Waiting = { readonly resolve: (raw: Buffer) => void; readonly reject: (error: Error) => void };
type Thread = { readonly worker: Worker; readonly waiting: Waiting[] };

/** As TypeScript where this runs from the sources; a built package has the worker beside it, as JavaScript. */
const workerFile = import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js';

/**
 * Threads that do nothing but hash, one hash after the other, behind everything else that wants the processor: a storm of
 * sign-ins must not make other calls wait. They start with the first hashes and do not keep the process alive. A job goes
 * to the thread with the fewest, also while that has one: it must not wait for the event loop between two.
 */
export function hashThreads(count: number): (job: HashJob) => Promise<Buffer> {
  const threads: Thread[] = [];
  const leastBusy = () => {
    const [least] = threads.toSorted((a, b) => a.waiting.length - b.waiting.length);
    return least && (least.waiting.length === 0 || threads.length === count) ? least : start(threads);
  };
  return (job) =>
    new Promise((resolve, reject) => {
      const { worker, waiting } = leastBusy();
      waiting.push({ resolve, reject });
      worker.ref();
      worker.postMessage(job);
    });
}

function start(threads: Thread[]): Thread {
  const worker = new Worker(new URL(workerFile, import.meta.url));
  const thread: Thread = { worker, waiting: [] };
  threads.push(thread);
  worker.on('message', (raw: Uint8Array | string) => {
    const done = thread.waiting.shift();
    if (thread.waiting.length === 0) worker.unref();
    if (typeof raw === 'string') done?.reject(new Error(raw));
    else done?.resolve(Buffer.from(raw));
  });
  // A thread that broke is not used again; the next hash starts another one.
  const forget = (reason: Error) => {
    const at = threads.indexOf(thread);
    if (at !== -1) threads.splice(at, 1);
    for (const { reject } of thread.waiting.splice(0)) reject(reason);
  };
  worker.on('error', (error) => forget(error as Error));
  worker.on('exit', () => forget(new Error('The thread ended.')));
  return thread;
}
