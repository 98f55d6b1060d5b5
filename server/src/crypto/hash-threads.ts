import { Worker } from 'node:worker_threads';
import type { HashJob } from './hash-worker.ts';

type Waiting = { readonly resolve: (raw: Buffer) => void; readonly reject: (error: Error) => void };
type Thread = { readonly worker: Worker; waiting: Waiting | undefined };

/**
 * Threads that do nothing but hash, one hash each at a time, behind everything else that wants the processor: a storm of
 * sign-ins must not make other calls wait. They start with the first hashes and do not keep the process alive.
 */
export function hashThreads(): (job: HashJob) => Promise<Buffer> {
  const idle: Thread[] = [];
  return (job) =>
    new Promise((resolve, reject) => {
      const thread = idle.pop() ?? start(idle);
      thread.waiting = { resolve, reject };
      thread.worker.ref();
      thread.worker.postMessage(job);
    });
}

/** Whether this runs from the sources; a built package has the worker beside it, as JavaScript. */
const typescript = import.meta.url.endsWith('.ts');

function start(idle: Thread[]): Thread {
  const worker = new Worker(new URL(`./hash-worker.${typescript ? 'ts' : 'js'}`, import.meta.url));
  const thread: Thread = { worker, waiting: undefined };
  worker.on('message', (raw: Uint8Array | string) => {
    const waiting = thread.waiting;
    thread.waiting = undefined;
    worker.unref();
    idle.push(thread);
    if (typeof raw === 'string') waiting?.reject(new Error(raw));
    else waiting?.resolve(Buffer.from(raw));
  });
  // A thread that broke is not used again; the next hash starts another one.
  worker.on('error', (error) => thread.waiting?.reject(error as Error));
  worker.on('exit', () => idle.includes(thread) && idle.splice(idle.indexOf(thread), 1));
  return thread;
}
