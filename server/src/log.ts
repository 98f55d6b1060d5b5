import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Lines wait for each other for so many milliseconds, or until they have so many characters: one write for many requests. */
const together = { milliseconds: 100, characters: 8192 };
/** Bytes of lines that cannot be written, as on a full disk; what is more is lost. */
const mostUnwritten = 1024 * 1024;

/**
 * Gathers lines for standard output. Not by the stream's own means: it counts the bytes of everything that waits again
 * with each line.
 */
class GatheredLines implements DestinationStream {
  readonly #output = pino.destination({ dest: 1, sync: true, maxLength: mostUnwritten });
  #lines = '';
  #isDue = false;

  constructor() {
    // People must get in also when nobody can read about it: lines are kept, or lost, and tried again with the next.
    this.#output.on('error', tellOnce);
  }

  write(line: string): void {
    this.#lines += line;
    if (this.#lines.length >= together.characters) this.#hand();
    else if (!this.#isDue) this.#handSoon();
  }

  /** What was handed was written at once, if it could be. Its own way waits for ever on a full disk. */
  flushSync(): void {
    this.#hand();
  }

  #handSoon(): void {
    this.#isDue = true;
    const hand = () => {
      this.#isDue = false;
      this.#hand();
    };
    setTimeout(hand, together.milliseconds).unref();
  }

  #hand(): void {
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') this.#output.write(lines);
  }
}

let isTold = false;

function tellOnce({ code }: NodeJS.ErrnoException): void {
  if (isTold) return;
  isTold = true;
  try {
    writeSync(2, `The log cannot be written (${code ?? 'unknown'}); the server goes on.\n`);
  } catch {
    // It may be the same disk.
  }
}

let output: GatheredLines | undefined;

/** A logger that writes JSON lines to standard output, without host name and process id; its end loses none. */
export function createLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, (output ??= open()));
}

function open(): GatheredLines {
  const opened = new GatheredLines();
  process.on('exit', () => opened.flushSync());
  return opened;
}
