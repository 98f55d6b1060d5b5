import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type Description, readDescription } from './description.ts';
import { DescriptionError, type Problem } from './problem.ts';

/** What a file says, or why it cannot be taken. */
export type Read = Description | { readonly problems: readonly Problem[] };

const behindOthers = 10;

// On Linux 0 is the calling thread; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(0, behindOthers);

parentPort?.on('message', (text: string) => parentPort?.postMessage(read(text)));

function read(text: string): Read {
  try {
    return readDescription(text);
  } catch (error) {
    if (error instanceof DescriptionError) return { problems: error.problems };
    throw error;
  }
}
