import { Button } from '@mantine/core';
import { lockAccount } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { OpenLinkAgain } from './open-link-again.tsx';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

/** "Cancel and lock" of a notice. Nothing happens until the button is pressed: mail scanners open links too. */
export function AccountLockPage() {
  const { t } = useText();
  const token = useLinkToken();
  const [locked, setLocked] = useState(false);
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(lockAccount, { token: token ?? '' });
      dropLinkToken();
      setLocked(true);
    },
  });
  if (!token && locked) return <Locked />;
  if (!token) return <OpenLinkAgain title={t('lock.title')} />;
  return (
    <Page title={t('lock.title')} lead={t('lock.body')}>
      <ul>
        <li>{t('lock.sessions')}</li>
        <li>{t('lock.password')}</li>
        <li>{t('lock.primary')}</li>
      </ul>
      <p className="quiet">{t('lock.stays')}</p>
      <FormFrame state={frame}>
        <SubmitButton color="shu" busy={busy} busyText={t('action.working')} fullWidth>
          {t('lock.submit')}
        </SubmitButton>
      </FormFrame>
    </Page>
  );
}

function Locked() {
  const { t } = useText();
  return (
    <Page title={t('lock.doneTitle')}>
      <Notice tone="well" role="status">
        <p>{t('lock.doneBody')}</p>
      </Notice>
      <Button component="a" href="/password/forgot" fullWidth>
        {t('lock.again')}
      </Button>
      <PageLink to="/help/login">{t('lock.help')}</PageLink>
    </Page>
  );
}
