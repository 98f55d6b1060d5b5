import type { ReactNode } from 'react';
import { describeFailure } from '../failure-words.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import type { FrameState } from './use-submit.ts';

/**
 * A form with, at its end, what went wrong: the failure of the last try, or links to the fields to look at. Nothing that
 * an answer brings moves the buttons: a second click would hit something else.
 */
export function FormFrame({ state, children }: { state: FrameState; children: ReactNode }) {
  const { t } = useText();
  const { submit, failure, summary, prefix } = state;
  const errors = Object.entries(state.errors).filter(([, words]) => typeof words === 'string');
  return (
    <form className="stack" noValidate onSubmit={submit}>
      {children}
      {failure && (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(failure, t)}</p>
        </Notice>
      )}
      {errors.length > 1 && (
        <Notice tone="danger" role="alert" title={t('errors.summary')} ref={summary}>
          <ul>
            {errors.map(([name, words]) => (
              <li key={name}>
                <a href={`#${prefix}-${name}`} onClick={(event) => focusInstead(event, `${prefix}-${name}`)}>
                  {words}
                </a>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </form>
  );
}

// The fragment of the address carries tokens on some pages and stays out of this.
function focusInstead(event: { preventDefault: () => void }, id: string) {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
