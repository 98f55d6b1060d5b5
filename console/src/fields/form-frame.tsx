import type { FormEventHandler, ReactNode, Ref } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { Notice } from '../look/notice.tsx';

type FormFrameProps = {
  submit: FormEventHandler<HTMLFormElement>;
  failure: Failure | null;
  form: { errors: Record<string, ReactNode> };
  summary: Ref<HTMLDivElement>;
  prefix: string;
  children: ReactNode;
};

/** A form with, at its top, what went wrong: the failure of the last try, or links to the fields to look at. */
export function FormFrame({ submit, failure, form, summary, prefix, children }: FormFrameProps) {
  const { t } = useTranslation();
  const errors = Object.entries(form.errors).filter(([, text]) => text);
  return (
    <form className="stack" noValidate onSubmit={submit}>
      {failure && (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(failure, t)}</p>
        </Notice>
      )}
      {errors.length > 1 && (
        <Notice tone="danger" role="alert" title={t('errors.summary')} ref={summary}>
          <ul>
            {errors.map(([name, text]) => (
              <li key={name}>
                <a href={`#${prefix}-${name}`} onClick={(event) => focusInstead(event, `${prefix}-${name}`)}>
                  {text}
                </a>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {children}
    </form>
  );
}

// The fragment of the address carries tokens on some pages and stays out of this.
function focusInstead(event: { preventDefault: () => void }, id: string) {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
