import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

export function ResetDone() {
  const { t } = useText();
  return (
    <Page title={t('resetDone.title')}>
      <Notice tone="well" role="status">
        <p>{t('resetDone.body')}</p>
      </Notice>
      <p>{t('resetDone.advice')}</p>
      <Button component="a" href="/login" fullWidth>
        {t('resetDone.login')}
      </Button>
    </Page>
  );
}

export function ResetStopped() {
  const { t } = useText();
  return (
    <Page title={t('cancel.doneTitle')}>
      <Notice tone="well" role="status">
        <p>{t('cancel.doneBody')}</p>
      </Notice>
      <Button component="a" href="/password/forgot" fullWidth>
        {t('cancel.changePassword')}
      </Button>
      <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
    </Page>
  );
}
