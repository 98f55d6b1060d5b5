import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { describeFailure } from '../failure-words.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import css from './page.module.css';
import { type ServerFacts, useServerFacts } from './server-facts.ts';

/** Waits for what the page needs to know about the server: a form-shaped blank meanwhile, a retry when it fails. */
export function FactsNeeded({ children }: { children: (facts: ServerFacts) => ReactNode }) {
  const { t } = useText();
  const { facts, failure } = useServerFacts();
  if (facts) return children(facts);
  return (
    <div className={css.card} aria-busy={!failure}>
      {failure ? (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(failure, t)}</p>
          <Button variant="default" onClick={() => location.reload()}>
            {t('action.reload')}
          </Button>
        </Notice>
      ) : (
        <div className={css.blank} role="status" aria-label={t('action.loading')}>
          <span />
          <span />
          <span />
        </div>
      )}
    </div>
  );
}
