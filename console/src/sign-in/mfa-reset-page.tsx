import { TextInput } from '@mantine/core';
import { issueMFARevokingToken } from '@warifu/contract';
import { useRef } from 'react';
import { call } from '../api.ts';
import { emailCheck, filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { PasswordField } from '../fields/password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { MailSent } from './mail-sent.tsx';
import { go, useCarried, useSearch } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { SamResetPage } from './sam-reset-page.tsx';

type Credentials = { email: string; password: string };

export function MfaResetPage() {
  const kind = new URLSearchParams(useSearch()).get('as');
  return kind === 'sam' ? <SamResetPage /> : <RootResetPage />;
}

/** The first step of the way back: the reset mail. The answer on screen is the same whatever was typed. */
function RootResetPage() {
  const { t } = useText();
  const { sent, email } = useCarried();
  // Kept for "send again" while this document lives; a reload asks to type them again.
  const typed = useRef<Credentials | undefined>(undefined);
  if (sent) {
    return (
      <MailSent
        key="sent"
        body={t('sent.resetBody')}
        email={email}
        startOver="/mfa/reset"
        sendAgain={typed.current && (() => call(issueMFARevokingToken, typed.current as Credentials))}
      />
    );
  }
  return (
    <Page key="form" title={t('reset.title')} lead={t('reset.lead')}>
      <Notice tone="info" title={t('reset.prepare')}>
        <p>{t('reset.prepareBody')}</p>
      </Notice>
      <ResetForm
        email={email ?? ''}
        onSent={(credentials) => {
          typed.current = credentials;
          go('/mfa/reset', { sent: true, email: credentials.email });
        }}
      />
      <div className={css.links}>
        <PageLink to="/help/login">{t('reset.lostCodes')}</PageLink>
        <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
        <p className="quiet small">{t('reset.sam')}</p>
      </div>
    </Page>
  );
}

function ResetForm({ email: known, onSent }: { email: string; onSent: (credentials: Credentials) => void }) {
  const { t } = useText();
  const { field, busy, frame } = useSubmit({
    initial: { email: known, password: '' },
    check: { email: emailCheck(t), password: filled(t, t('field.password')) },
    send: async ({ email, password }) => {
      const credentials = { email: email.trim(), password };
      await call(issueMFARevokingToken, credentials);
      onSent(credentials);
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="username" />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
        {t('reset.submit')}
      </SubmitButton>
    </FormFrame>
  );
}
