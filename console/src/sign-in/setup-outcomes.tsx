import { Button } from '@mantine/core';
import { getSession, type ReplyOf } from '@warifu/contract';
import { useEffect, useState } from 'react';
import { call } from '../api.ts';
import { useText } from '../language.ts';
import { Command } from '../look/command.tsx';
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

/** Somebody made the root user already; perhaps this person, who then is signed in. */
export function SetupDone() {
  const { t } = useText();
  const [session, setSession] = useState<ReplyOf<typeof getSession>>();
  useEffect(() => {
    call(getSession, {}).then(
      ({ reply }) => setSession(reply),
      () => undefined,
    );
  }, []);
  if (session?.mfaStatus === 'INACTIVE') return <OfferMfa />;
  if (session) {
    return (
      <Page title={t('setup.done')} lead={t('setup.doneSignedIn')}>
        <Button fullWidth onClick={() => enterConsole('/')}>
          {t('setup.toConsole')}
        </Button>
      </Page>
    );
  }
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
      <Notice tone="warn" title={t('setup.linkAgain')}>
        <p>{t('setup.linkAgainBody')}</p>
        <p>{t('setup.linkBody')}</p>
        <Command>setup-link</Command>
      </Notice>
      <PasteLink />
    </Page>
  );
}
