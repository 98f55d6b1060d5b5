import { TextInput } from '@mantine/core';
import { verifyMFARevokingToken } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { BackupCodeField } from '../fields/backup-code-field.tsx';
import { backupCodeCheck, emailCheck, filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { PasswordField } from '../fields/password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { NotMe } from './not-me.tsx';
import { OpenLinkAgain } from './open-link-again.tsx';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { ResetDone, ResetStopped } from './reset-outcomes.tsx';

type Outcome = 'done' | 'stopped';

/** The page of the mailed reset link. Opening it changes nothing; only its buttons do. */
export function MfaResetVerifyPage() {
  const { t } = useText();
  const token = useLinkToken();
  const [outcome, setOutcome] = useState<Outcome>();
  const finish = (reached: Outcome) => {
    dropLinkToken();
    setOutcome(reached);
  };
  if (!token && outcome === 'done') return <ResetDone />;
  if (!token && outcome === 'stopped') return <ResetStopped />;
  if (!token) return <OpenLinkAgain title={t('resetVerify.title')} requestNew="/mfa/reset" />;
  return (
    <Page title={t('resetVerify.title')} lead={t('resetVerify.lead')}>
      <Notice tone="warn">
        <p>{t('resetVerify.effect')}</p>
      </Notice>
      <VerifyForm key={token} token={token} onDone={() => finish('done')} />
      <div className={css.links}>
        <PageLink to="/help/login">{t('resetVerify.lostCodes')}</PageLink>
        <PageLink to="/mfa/reset">{t('resetVerify.requestNew')}</PageLink>
      </div>
      <NotMe key={`not-me-${token}`} token={token} onStopped={() => finish('stopped')} />
    </Page>
  );
}

function VerifyForm({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useText();
  const { set, field, busy, frame } = useSubmit({
    initial: { email: '', password: '', backupCode: '' },
    check: { email: emailCheck(t), password: filled(t, t('field.password')), backupCode: backupCodeCheck(t) },
    send: async ({ email, password, backupCode }) => {
      await call(verifyMFARevokingToken, {
        token,
        email: email.trim(),
        password,
        backupCode,
      });
      onDone();
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="username" />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      <BackupCodeField {...field('backupCode')} onPick={(code) => set('backupCode', code)} />
      <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
        {t('resetVerify.submit')}
      </SubmitButton>
    </FormFrame>
  );
}
