import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { enterConsole } from './navigation.ts';
import { Page } from './page.tsx';
import { PasteLink } from './paste-link.tsx';

export function OfferMfa() {
  const { t } = useText();
  return (
    <Page title={t('setup.mfaTitle')} lead={t('setup.mfaBody')}>
      <div className="stack-tight">
        <Button fullWidth onClick={() => enterConsole('/security/mfa?step=start')}>
          {t('setup.now')}
        </Button>
        <Button variant="default" fullWidth onClick={() => enterConsole('/')}>
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
        <code>npx warifu setup-link</code>
      </Notice>
      <PasteLink />
    </Page>
  );
}
