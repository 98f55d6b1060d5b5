import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { sessionQuery } from './session.ts';
import css from './session-gate.module.css';

/** Shows the console once it is known who is signed in. Without a session the call itself leads to the sign-in page. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useText();
  const { data, error, refetch } = useQuery(sessionQuery);
  if (data) return children;
  const failure = error && asFailure(error);
  if (!failure || failure.status === 401) {
    return <div className={css.waiting} role="status" aria-label={t('action.loading')} />;
  }
  return (
    <main className={css.failed}>
      <h1>{t('broken.title')}</h1>
      <Notice tone="danger" role="alert">
        <p>{describeFailure(failure, t)}</p>
      </Notice>
      <div>
        <Button onClick={() => refetch()}>{t('action.retry')}</Button>
      </div>
    </main>
  );
}
