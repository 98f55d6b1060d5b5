import { useCallback, useEffect, useRef } from 'react';

/** Dialogs that hold the focus, or have yet to give it back. */
let holding = 0;
/** The last of them gives it to the title of the page. */
let titleWanted = false;

/**
 * Gives the focus back to what opened a dialog; the kit's own way loses the opener when dialogs are stacked. What comes
 * back takes the focus into the dialog as soon as that is drawn: the kit waits for a timer, and the first keys are lost.
 */
export function useDialogFocus(opened: boolean): (dialog: HTMLElement) => void {
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (!opened) return;
    if (holding++ === 0) titleWanted = false;
    return () => {
      setTimeout(() => {
        holding--;
        const { current } = opener;
        const isThere = current instanceof HTMLElement && current.isConnected;
        if (isThere && !(titleWanted && holding === 0)) current.focus();
        else focusTitle();
      });
    };
  }, [opened]);
  return useCallback((dialog) => {
    opener.current = document.activeElement;
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true });
  }, []);
}

/**
 * Puts the focus on the title of the page when something was done: at once, or in place of the opener when the dialog of
 * it goes. Never later: the next key may have gone on from there.
 */
export function focusPageTitle() {
  if (holding > 0) titleWanted = true;
  else focusTitle();
}

function focusTitle() {
  document.getElementById('page-title')?.focus();
}
