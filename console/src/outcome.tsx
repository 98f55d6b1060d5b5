import { useEffect, useRef, useSyncExternalStore } from 'react';
import { countText, named, type Params, useText } from './language.ts';
import type { TextKey } from './locales/catalogue.ts';
import { Words } from './look/name.tsx';
import { Notice } from './look/notice.tsx';
import css from './outcome.module.css';
import type { Receipt } from './receipt.ts';

type Outcome = {
  text: TextKey;
  /** What the change ended; absent for what ends nothing. */
  receipt?: Receipt | undefined;
  /** Values for the `{names}` of the text. */
  params?: Params | undefined;
};

let current: Outcome | undefined;
const listeners = new Set<() => void>();

function set(outcome: Outcome | undefined) {
  current = outcome;
  for (const listener of listeners) listener();
}

/** Shows what was just done on the current page, until the person leaves it. */
export function showOutcome(text: TextKey, receipt?: Receipt, params?: Params) {
  set({ text, receipt, params });
}

function clearOutcome() {
  set(undefined);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The region is always there, so that screen readers hear what appears in it. */
export function OutcomePanel() {
  const { t } = useText();
  const outcome = useSyncExternalStore(subscribe, () => current);
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => clearOutcome, []);
  useEffect(() => {
    // What is being done now makes the last one old, however it ends.
    document.addEventListener('submit', clearOutcome, true);
    return () => document.removeEventListener('submit', clearOutcome, true);
  }, []);
  useEffect(() => {
    // The card that it is about may be far down the page.
    if (outcome) region.current?.scrollIntoView({ block: 'nearest' });
  }, [outcome]);
  return (
    <div role="status" className={css.region} ref={region}>
      {outcome && (
        <Notice tone="well" title={<Words>{t(outcome.text, marked(outcome.params))}</Words>}>
          {outcome.receipt && outcome.receipt.size > 0 && <ReceiptWords receipt={outcome.receipt} />}
        </Notice>
      )}
    </div>
  );
}

/** What a text is filled with here is what somebody named. */
function marked(params: Params = {}): Params {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, named(String(value))]));
}

function ReceiptWords({ receipt }: { receipt: Receipt }) {
  return (
    <ul>
      {[...receipt].map(([item, count]) => (
        <li key={item}>{countText(`receipt.${item}`, count)}</li>
      ))}
    </ul>
  );
}
