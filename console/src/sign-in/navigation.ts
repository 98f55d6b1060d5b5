import type { FactorKind } from '@warifu/contract';
import { useSyncExternalStore } from 'react';

/** What one page before sign-in hands to the next. It stays in the history entry, never in the address. */
export type Carried = { email?: string; userName?: string; sent?: boolean; factors?: readonly FactorKind[] };

const moved = 'warifu:moved';

/** Goes to another page of this bundle without loading it anew. Coming back finds the names that were typed. */
export function go(address: string, { sent, ...names }: Carried = {}) {
  const carried = sent ? { ...names, sent } : names;
  history.replaceState({ ...(history.state as object | null), ...names }, '');
  history.pushState(carried, '', address);
  dispatchEvent(new Event(moved));
}

function subscribe(listener: () => void) {
  addEventListener(moved, listener);
  addEventListener('popstate', listener);
  return () => {
    removeEventListener(moved, listener);
    removeEventListener('popstate', listener);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => location.search);
}

export function useCarried(): Carried {
  const snapshot = useSyncExternalStore(subscribe, () => JSON.stringify(history.state ?? {}));
  return JSON.parse(snapshot) as Carried;
}

/** Where to go after signing in. Only a path of this console, found by parsing: `//host` and `/\host` are not. */
function nextPath(search = location.search): string {
  const wanted = new URLSearchParams(search).get('next') ?? '/';
  if (!wanted.startsWith('/')) return '/';
  try {
    const url = new URL(wanted, location.origin);
    return url.origin === location.origin && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
  } catch {
    return '/';
  }
}

/** Leaves for the signed-in console; the sign-in pages are not left behind for the Back button. */
export function enterConsole(path = nextPath()) {
  location.replace(path);
}
