import { TextInput } from '@mantine/core';
import { createOperator } from '@warifu/contract';
import { useRef } from 'react';
import { call } from '../api.ts';
import { emailCheck, newPasswordCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { currentLanguage, useText } from '../language.ts';
import { FactsNeeded } from './facts-needed.tsx';
import { MailSent } from './mail-sent.tsx';
import { go, useCarried } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';

type Wanted = { email: string; password: string };

export function SignUpPage() {
  const { t } = useText();
  const { sent, email } = useCarried();
  const typed = useRef<Wanted | undefined>(undefined);
  const ask = (wanted: Wanted) => call(createOperator, { ...wanted, language: currentLanguage() });
  if (sent) {
    const again = typed.current;
    return (
      <MailSent
        key="sent"
        body={t('sent.signUpBody')}
        email={email}
        startOver="/signup"
        sendAgain={again && (() => ask(again))}
      />
    );
  }
  const send = async (wanted: Wanted) => {
    await ask(wanted);
    typed.current = wanted;
    go('/signup', { sent: true, email: wanted.email });
  };
  return (
    <FactsNeeded>
      {(facts) => (facts.signUp === 'open' ? <SignUpForm min={facts.passwordMinLength} send={send} /> : <Closed />)}
    </FactsNeeded>
  );
}

function SignUpForm({ min, send }: { min: number; send: (wanted: Wanted) => Promise<void> }) {
  const { t } = useText();
  const { values, field, busy, frame } = useSubmit({
    initial: { email: '', newPassword: '' },
    check: { email: emailCheck(t), newPassword: newPasswordCheck(t, min) },
    send: ({ email, newPassword }) => send({ email: email.trim(), password: newPassword }),
  });
  return (
    <Page title={t('signUp.title')} lead={t('signUp.lead')}>
      <FormFrame state={frame}>
        <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="username" />
        <NewPasswordField {...field('newPassword')} label={t('field.password')} min={min} email={values.email.trim()} />
        <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
          {t('signUp.submit')}
        </SubmitButton>
      </FormFrame>
      <div className={css.links}>
        <PageLink to="/login">{t('signUp.haveAccount')}</PageLink>
      </div>
    </Page>
  );
}

function Closed() {
  const { t } = useText();
  return (
    <Page title={t('signUp.closed')} lead={t('signUp.closedBody')}>
      <PageLink to="/login">{t('reset.backToLogin')}</PageLink>
    </Page>
  );
}
