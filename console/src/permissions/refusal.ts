import type { Failure } from '../failure.ts';

/** What a refused call would have needed; undefined when it failed for another reason. */
export function neededPermission({ code, message }: Failure): string | undefined {
  if (code !== 'AUM0017') return undefined;
  return /\b[A-Z]\w*:\w+/.exec(message)?.[0];
}
