import { useSyncExternalStore } from 'react';
import type { Failure } from '../failure.ts';

type Asked = { readonly loss: Failure; readonly settle: (confirmed: boolean) => void };

let asked: Asked | undefined;
const listeners = new Set<() => void>();

function change(next: Asked | undefined) {
  asked = next;
  for (const listener of listeners) listener();
}

/** Asks whether to go on although a way back in is lost by it. False when the person gives up. */
export function confirmLoss(loss: Failure): Promise<boolean> {
  asked?.settle(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const settle = (confirmed: boolean) => {
    change(undefined);
    resolve(confirmed);
  };
  change({ loss, settle });
  return promise;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What is asked for at present. */
export function useAskedLoss(): Asked | undefined {
  return useSyncExternalStore(subscribe, () => asked);
}
