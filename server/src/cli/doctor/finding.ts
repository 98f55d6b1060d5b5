/** What a check found. `todo` is what the person who reads it does, and stands with everything that is not well. */
export type Finding = {
  readonly check:
    | 'configuration'
    | 'keys'
    | 'database'
    | 'servers'
    | 'clock'
    | 'mail'
    | 'base URL'
    | 'backup'
    | 'audit log';
  readonly level: 'ok' | 'warning' | 'error';
  readonly found: string;
  readonly todo?: string;
};

type Check = Finding['check'];

export const ok = (check: Check, found: string): Finding => ({ check, level: 'ok', found });
export const warning = (check: Check, found: string, todo: string): Finding => ({
  check,
  level: 'warning',
  found,
  todo,
});
export const failure = (check: Check, found: string, todo: string): Finding => ({ check, level: 'error', found, todo });

/** A sentence of an error that tells what was found and, after the first full stop, what to do. */
export function fromMessage(check: Check, error: unknown): Finding {
  const message = String((error as Error).message ?? error);
  const [, found = message, todo = 'Look at the log of the server.'] = /^(.+?[.)])\s+([A-Z].*)$/s.exec(message) ?? [];
  return failure(check, found, todo);
}

/** Milliseconds in words. */
export function span(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}
