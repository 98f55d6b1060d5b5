import { useSyncExternalStore } from 'react';

/** `confirm`: the session lives, and the server wants the password again. `sign-in`: the session is over. */
type Kind = 'confirm' | 'sign-in';
type Asked = { kind: Kind; answer: Promise<boolean>; settle: (proved: boolean) => void };

let asked: Asked | undefined;
const listeners = new Set<() => void>();

function change(next: Asked | undefined) {
  asked = next;
  for (const listener of listeners) listener();
}

function ask(kind: Kind): Promise<boolean> {
  if (asked) {
    // The session ended while the password was asked for: the calls that wait for it wait for signing in now.
    if (kind === 'sign-in') change({ ...asked, kind });
    return asked.answer;
  }
  const { promise: answer, resolve } = Promise.withResolvers<boolean>();
  const settle = (proved: boolean) => {
    change(undefined);
    resolve(proved);
  };
  change({ kind, answer, settle });
  return answer;
}

/** Asks for the password again; calls that are blocked meanwhile wait for the same answer. False when they give up. */
export const confirmIdentity = () => ask('confirm');

/** Asks to sign in again, on this page. */
export const signInAgain = () => ask('sign-in');

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What is asked for at present. */
export function useAsked(): Asked | undefined {
  return useSyncExternalStore(subscribe, () => asked);
}
