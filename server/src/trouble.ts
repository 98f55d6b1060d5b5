import type { Logger } from 'pino';

/** Milliseconds for which the same trouble is counted only. */
const quiet = 60_000;
/** Kinds that are told apart; the error's own text is part of them. */
const kinds = 100;

type Trouble = { repeated: number };

const underWay = new WeakMap<Logger, Map<string, Trouble>>();

/** What a line about trouble says; `about` is the first request, job or the like that met it. */
type Line = {
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly about: { readonly requestId?: string; readonly job?: string };
};

/**
 * Writes trouble down once, with its cause, and while it goes on how often it came in each minute: what hits a thousand
 * requests is one thing to know, not a thousand stacks.
 */
export function logTrouble(log: Logger, error: unknown, { level, message, about }: Line): void {
  const all = underWay.get(log) ?? new Map<string, Trouble>();
  underWay.set(log, all);
  const { stack, ...cause } = describe(error);
  const full = `${message} ${about.job ?? ''} ${cause.name} ${cause.code} ${cause.message}`;
  const key = all.has(full) || all.size < kinds ? full : message;
  const known = all.get(key);
  if (known) return void known.repeated++;
  const trouble: Trouble = { repeated: 0 };
  all.set(key, trouble);
  log[level]({ ...about, error: { ...cause, stack } }, message);
  const tell = () => {
    if (trouble.repeated === 0) return void all.delete(key);
    log[level]({ error: cause, repeated: trouble.repeated, seconds: quiet / 1000 }, message);
    trouble.repeated = 0;
    setTimeout(tell, quiet).unref();
  };
  setTimeout(tell, quiet).unref();
}

/** What the log may hold of an unexpected error: no SQL, no parameters, no row. */
function describe(error: unknown) {
  if (!(error instanceof Error)) return { name: typeof error, code: undefined, message: undefined, stack: undefined };
  const code = 'code' in error ? String(error.code) : undefined;
  return { name: error.name, code, message: error.message.split('\n')[0]?.slice(0, 200), stack: error.stack };
}
