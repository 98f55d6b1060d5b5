import { useSyncExternalStore } from 'react';

// SECURITY: the token of a mailed link leaves the address (and so history, referrers and shared screens) before anything
// else runs. It is kept in memory only: a reload forgets it, and the page then asks to open the link again.
let token: string | undefined;
const listeners = new Set<() => void>();

function take() {
  // `#<token>` or `#token=<token>`; short fragments are places on the page.
  const found = /^#(?:token=)?([\w-]{20,})$/.exec(location.hash)?.[1];
  if (!found) return;
  token = found;
  history.replaceState(history.state, '', location.pathname + location.search);
  for (const listener of listeners) listener();
}

/** Takes the token out of the address, now and when another link is opened in this tab. */
export function watchForLinkToken() {
  take();
  addEventListener('hashchange', take);
}

/** A used or dead token is of no further use. */
export function dropLinkToken() {
  token = undefined;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function useLinkToken(): string | undefined {
  return useSyncExternalStore(subscribe, () => token);
}
