const key = 'warifu-gate';
/** As long as the program's host remembers that this browser began (decision 0030). */
const life = 30 * 60_000;

/** A page of a program, and the hash of what its host gave this browser. */
export type Waiting = { readonly rd: string; readonly state: string };

/**
 * Keeps the way back to a program while the person does something else first, such as enabling MFA; on a phone the tab may
 * be loaded anew meanwhile. Logging out clears it.
 */
export function keepWaiting({ rd, state }: Waiting): void {
  sessionStorage.setItem(key, JSON.stringify({ rd, state, until: Date.now() + life }));
}

export function forgetWaiting(): void {
  sessionStorage.removeItem(key);
}

/** The way that was not gone to its end. SECURITY: whether it leads anywhere is for the server to say. */
export function readWaiting(): Waiting | undefined {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as (Waiting & { readonly until: number }) | null;
  return kept && Date.now() < kept.until ? { rd: kept.rd, state: kept.state } : undefined;
}
