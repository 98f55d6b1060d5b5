import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

/** @param login where its user logs in */
export function ResetDone({ login = '/login' }: { login?: string }) {
  const { t } = useText();
  return (
    <Page title={t('resetDone.title')}>
      <Notice tone="well" role="status">
        <p>{t('resetDone.body')}</p>
      </Notice>
      <p>{t('resetDone.advice')}</p>
      <Button component="a" href={login} fullWidth>
        {t('resetDone.login')}
      </Button>
    </Page>
  );
}

/** @param ofUser a SAM user's, whose password no mail resets */
export function ResetStopped({ ofUser = false }: { ofUser?: boolean }) {
  const { t } = useText();
  return (
    <Page title={t('cancel.doneTitle')}>
      <Notice tone="well" role="status">
        <p>{t(ofUser ? 'assist.stoppedBody' : 'cancel.doneBody')}</p>
      </Notice>
      {!ofUser && (
        <Button component="a" href="/password/forgot" fullWidth>
          {t('cancel.changePassword')}
        </Button>
      )}
      <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
    </Page>
  );
}
