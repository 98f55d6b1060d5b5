import { Button } from '@mantine/core';
import { verifyAddEmailToken } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { OpenLinkAgain } from './open-link-again.tsx';
import { Page } from './page.tsx';

/** The link that was mailed to a new address. Opening it changes nothing; the button does. */
export function EmailVerifyPage() {
  const { t } = useText();
  const token = useLinkToken();
  const [done, setDone] = useState(false);
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(verifyAddEmailToken, { token: token ?? '' });
      dropLinkToken();
      setDone(true);
    },
  });
  if (done) return <Done />;
  if (!token) return <OpenLinkAgain title={t('emailVerify.title')} />;
  return (
    <Page title={t('emailVerify.title')} lead={t('emailVerify.body')}>
      <FormFrame state={frame}>
        <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
          {t('emailVerify.submit')}
        </SubmitButton>
      </FormFrame>
    </Page>
  );
}

function Done() {
  const { t } = useText();
  return (
    <Page title={t('emailVerify.doneTitle')} lead={t('emailVerify.doneBody')}>
      <Button component="a" href="/security/emails" fullWidth>
        {t('emailVerify.open')}
      </Button>
    </Page>
  );
}
