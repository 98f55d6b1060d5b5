import { type Logger, pino } from 'pino';

/** Milliseconds for which lines wait for each other: one write for many requests. */
const together = 100;

let output: ReturnType<typeof pino.destination> | undefined;

/** A logger that writes JSON lines to standard output, without host name and process id; its end loses none. */
export function createLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, (output ??= open()));
}

function open(): ReturnType<typeof pino.destination> {
  const opened = pino.destination({ dest: 1, sync: true, minLength: 8192, periodicFlush: together });
  process.on('exit', () => opened.flushSync());
  return opened;
}
