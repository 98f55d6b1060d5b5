import { Button } from '@mantine/core';
import { verifyOperator } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { OpenLinkAgain } from './open-link-again.tsx';
import { Page } from './page.tsx';

/** The mailed link of a sign-up. Opening it changes nothing; the button does. */
export function SignUpVerifyPage() {
  const { t } = useText();
  const token = useLinkToken();
  const [operatorId, setOperatorId] = useState<string>();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      const { reply } = await call(verifyOperator, { token: token ?? '' });
      dropLinkToken();
      setOperatorId(reply.operatorId);
    },
  });
  if (operatorId) return <Done operatorId={operatorId} />;
  if (!token) return <OpenLinkAgain title={t('signUp.verifyTitle')} requestNew="/signup" />;
  return (
    <Page title={t('signUp.verifyTitle')} lead={t('signUp.verifyBody')}>
      <FormFrame state={frame}>
        <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
          {t('signUp.verifySubmit')}
        </SubmitButton>
      </FormFrame>
    </Page>
  );
}

function Done({ operatorId }: { operatorId: string }) {
  const { t } = useText();
  return (
    <Page title={t('signUp.doneTitle')} lead={t('signUp.doneBody', { operatorId })}>
      <Button component="a" href="/login" fullWidth>
        {t('resetDone.login')}
      </Button>
    </Page>
  );
}
