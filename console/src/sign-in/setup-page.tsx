import { TextInput } from '@mantine/core';
import { createFirstOperator, signIn } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { emailCheck, newPasswordCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { currentLanguage, useText } from '../language.ts';
import { Command } from '../look/command.tsx';
import { FactsNeeded } from './facts-needed.tsx';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { go } from './navigation.ts';
import { Page } from './page.tsx';
import { OfferMfa, SetupDone, SetupLinkNeeded } from './setup-outcomes.tsx';

/** Creates the first root user with the one-time link that the server printed. */
export function SetupPage() {
  const token = useLinkToken();
  const [created, setCreated] = useState(false);
  if (created) return <OfferMfa />;
  return (
    <FactsNeeded>
      {(facts) => {
        if (facts.setupDone) return <SetupDone />;
        if (!token) return <SetupLinkNeeded />;
        return <FirstOperator token={token} min={facts.passwordMinLength} onCreated={() => setCreated(true)} />;
      }}
    </FactsNeeded>
  );
}

function FirstOperator({ token, min, onCreated }: { token: string; min: number; onCreated: () => void }) {
  const { t } = useText();
  const { values, field, busy, frame } = useSubmit({
    initial: { email: '', newPassword: '' },
    check: { email: emailCheck(t), newPassword: newPasswordCheck(t, min) },
    send: async ({ email, newPassword }) => {
      const credentials = { email: email.trim(), password: newPassword };
      await call(createFirstOperator, { token, ...credentials, language: currentLanguage() });
      dropLinkToken();
      // The account exists now; if signing in fails, the usual page is the way in.
      await call(signIn, credentials).then(onCreated, () => go('/login?notice=created', { email: credentials.email }));
    },
  });
  return (
    <Page title={t('setup.title')} lead={t('setup.lead')}>
      <FormFrame state={frame}>
        <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="username" />
        <NewPasswordField {...field('newPassword')} label={t('field.password')} min={min} email={values.email.trim()} />
        <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
          {t('setup.submit')}
        </SubmitButton>
      </FormFrame>
      {frame.failure?.code === 'AUM0012' && <LinkCommand />}
    </Page>
  );
}

function LinkCommand() {
  const { t } = useText();
  return (
    <p>
      {t('setup.linkBody')} <Command>setup-link</Command>
    </p>
  );
}
