import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore } from 'react';

let text = '';
const listeners = new Set<() => void>();

/** Says something to screen readers without moving the focus. */
export function announce(message: string) {
  // The same words twice in a row are a change only with something unheard added.
  text = message === text ? `${message}\u00a0` : message;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The one polite region of a page. */
export function LiveRegion() {
  const message = useSyncExternalStore(subscribe, () => text);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {message}
    </VisuallyHidden>
  );
}
