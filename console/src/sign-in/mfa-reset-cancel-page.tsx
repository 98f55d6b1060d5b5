import { cancelMFARevokingToken } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { OpenLinkAgain } from './open-link-again.tsx';
import { Page } from './page.tsx';
import { ResetStopped } from './reset-outcomes.tsx';

/** The "this was not me" link of a notice. Nothing happens until the button is pressed: mail scanners open links too. */
export function MfaResetCancelPage({ ofUser = false }: { ofUser?: boolean }) {
  const { t } = useText();
  const token = useLinkToken();
  const [stopped, setStopped] = useState(false);
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(cancelMFARevokingToken, { token: token ?? '' });
      dropLinkToken();
      setStopped(true);
    },
  });
  if (!token && stopped) return <ResetStopped ofUser={ofUser} />;
  if (!token) return <OpenLinkAgain title={t('cancel.title')} />;
  return (
    <Page title={t('cancel.title')} lead={t('cancel.body')}>
      <FormFrame state={frame}>
        <SubmitButton color="shu" busy={busy} busyText={t('action.working')} fullWidth>
          {t('cancel.submit')}
        </SubmitButton>
      </FormFrame>
    </Page>
  );
}
