import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { Page } from './page.tsx';

export function OfferMfa() {
  const { t } = useText();
  return (
    <Page title={t('setup.mfaTitle')} lead={t('setup.mfaBody')}>
      <div className="stack-tight">
        <Button component="a" href="/security/mfa?step=start" fullWidth>
          {t('setup.now')}
        </Button>
        <Button component="a" href="/" variant="default" fullWidth>
          {t('setup.later')}
        </Button>
      </div>
    </Page>
  );
}

export function SetupDone() {
  const { t } = useText();
  return (
    <Page title={t('setup.done')} lead={t('setup.doneBody')}>
      <Button component="a" href="/login" fullWidth>
        {t('resetDone.login')}
      </Button>
    </Page>
  );
}

export function SetupLinkNeeded() {
  const { t } = useText();
  return (
    <Page title={t('setup.title')}>
      <Notice tone="warn" title={t('errors.LINK_INVALID')}>
        <p>{t('setup.linkBody')}</p>
        <code>warifu setup-link</code>
      </Notice>
    </Page>
  );
}
