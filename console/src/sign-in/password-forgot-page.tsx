import { TextInput } from '@mantine/core';
import { issuePasswordResetToken } from '@warifu/contract';
import { useRef } from 'react';
import { call } from '../api.ts';
import { emailCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { MailSent } from './mail-sent.tsx';
import { go, useCarried } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

export function PasswordForgotPage() {
  const { t } = useText();
  const { sent, email } = useCarried();
  const typed = useRef('');
  if (sent) {
    return (
      <MailSent
        key="sent"
        body={t('sent.passwordBody')}
        email={email}
        startOver="/password/forgot"
        sendAgain={typed.current ? () => call(issuePasswordResetToken, { email: typed.current }) : undefined}
      />
    );
  }
  return (
    <Page key="form" title={t('forgot.title')} lead={t('forgot.lead')}>
      <ForgotForm
        email={email ?? ''}
        onSent={(address) => {
          typed.current = address;
          go('/password/forgot', { sent: true, email: address });
        }}
      />
      <div className={css.links}>
        <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
      </div>
    </Page>
  );
}

function ForgotForm({ email: known, onSent }: { email: string; onSent: (email: string) => void }) {
  const { t } = useText();
  const { field, busy, frame } = useSubmit({
    initial: { email: known },
    check: { email: emailCheck(t) },
    send: async ({ email }) => {
      await call(issuePasswordResetToken, { email: email.trim() });
      onSent(email.trim());
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="username" />
      <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
        {t('forgot.submit')}
      </SubmitButton>
    </FormFrame>
  );
}
