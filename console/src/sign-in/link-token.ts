import { useSyncExternalStore } from 'react';
import { linkPageOf, tokenInAddress } from './link-text.ts';

// SECURITY: the token of a mailed link leaves the address (and so history, referrers and shared screens) before anything
// else runs. It is kept in memory only: a reload forgets it, and the page then asks to open the link again.
let token: string | undefined;
const listeners = new Set<() => void>();

function take() {
  const { pathname, search, hash } = location;
  const page = linkPageOf(pathname);
  const found = tokenInAddress(pathname + search + hash);
  // Other fragments are places on the page. A page of a link needs nothing of its address, read or not.
  if (!found && !(page && pathname + search + hash !== page)) return;
  history.replaceState(history.state, '', page ?? pathname + search);
  if (found) giveLinkToken(found);
}

/** What a person took out of the mail by hand. */
export function giveLinkToken(given: string) {
  token = given;
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
