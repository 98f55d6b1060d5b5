import { Button } from '@mantine/core';
import { verifyPasswordResetToken } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { newPasswordCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { OpenLinkAgain } from './open-link-again.tsx';
import { Page } from './page.tsx';
import { useServerFacts } from './server-facts.ts';

export function PasswordResetPage() {
  const { t } = useText();
  const token = useLinkToken();
  const [done, setDone] = useState(false);
  if (!token && done) return <Done />;
  if (!token) return <OpenLinkAgain title={t('passwordReset.title')} requestNew="/password/forgot" />;
  return (
    <Page title={t('passwordReset.title')}>
      <Notice tone="warn">
        <p>{t('passwordReset.warning')}</p>
      </Notice>
      <NewPasswordForm
        key={token}
        token={token}
        onDone={() => {
          dropLinkToken();
          setDone(true);
        }}
      />
    </Page>
  );
}

function NewPasswordForm({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useText();
  const min = useServerFacts().facts?.passwordMinLength ?? 12;
  const { field, busy, frame } = useSubmit({
    initial: { newPassword: '' },
    check: { newPassword: newPasswordCheck(t, min) },
    send: async ({ newPassword }) => {
      await call(verifyPasswordResetToken, { token, password: newPassword });
      onDone();
    },
  });
  return (
    <FormFrame state={frame}>
      <NewPasswordField {...field('newPassword')} label={t('field.newPassword')} min={min} />
      <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
        {t('passwordReset.submit')}
      </SubmitButton>
    </FormFrame>
  );
}

function Done() {
  const { t } = useText();
  return (
    <Page title={t('passwordReset.doneTitle')}>
      <Notice tone="well" role="status">
        <p>{t('passwordReset.doneBody')}</p>
      </Notice>
      <Button component="a" href="/login" fullWidth>
        {t('resetDone.login')}
      </Button>
    </Page>
  );
}
