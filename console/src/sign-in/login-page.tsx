import { TextInput } from '@mantine/core';
import { getSession, signIn } from '@warifu/contract';
import { useEffect } from 'react';
import { call } from '../api.ts';
import { emailCheck, filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { PasswordField } from '../fields/password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Command } from '../look/command.tsx';
import { Notice } from '../look/notice.tsx';
import { Tabs } from '../look/tabs.tsx';
import { enterConsole, go, useCarried, useSearch } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { PasskeyLogin } from './passkey-login.tsx';
import { SamLoginForm } from './sam-login-form.tsx';
import { isSamSignIn, loginAddress } from './sam-sign-in.ts';
import { useServerFacts } from './server-facts.ts';

export function LoginPage() {
  const { t } = useText();
  const { facts } = useServerFacts();
  const sam = isSamSignIn(useSearch());
  useEffect(returnIfSignedIn, []);
  return (
    <Page key={sam ? 'sam' : 'root'} title={t('login.title')} lead={t(sam ? 'login.samLead' : 'login.lead')}>
      <Arrival />
      {facts?.setupDone === false && (
        <Notice tone="info" title={t('login.setupNeeded')}>
          <p>{t('login.setupNeededHow')}</p>
          <Command>setup-link</Command>
        </Notice>
      )}
      <Tabs
        label={t('login.kinds')}
        current={sam ? 'sam' : 'root'}
        tabs={[
          { id: 'root', label: t('login.root'), href: loginAddress('root') },
          { id: 'sam', label: t('login.sam'), href: loginAddress('sam') },
        ]}
        onSelect={({ href }) => go(href)}
      >
        {sam ? <SamLoginForm /> : <LoginForm />}
        <PasskeyLogin />
      </Tabs>
      <nav className={css.links} aria-label={t('login.lost')}>
        {sam ? <p>{t('login.samForgot')}</p> : <PageLink to="/password/forgot">{t('login.forgot')}</PageLink>}
        <PageLink to="/help/login">{t('login.lost')}</PageLink>
        {facts?.signUp === 'open' && <PageLink to="/signup">{t('login.signUp')}</PageLink>}
      </nav>
    </Page>
  );
}

function LoginForm() {
  const { t } = useText();
  const { email: known = '' } = useCarried();
  const { field, busy, frame } = useSubmit({
    initial: { email: known, password: '' },
    check: { email: emailCheck(t), password: filled(t, t('field.password')) },
    send: async ({ email, password }) => {
      const { reply } = await call(signIn, { email: email.trim(), password });
      if (reply.next === 'DONE') return enterConsole();
      go(`/login/mfa${location.search}`, { email: email.trim(), factors: reply.factors ?? [] });
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="username webauthn" />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      <SubmitButton busy={busy} busyText={t('login.submitting')} fullWidth>
        {t('login.submit')}
      </SubmitButton>
    </FormFrame>
  );
}

/** Why the person is here, when something sent them. */
function Arrival() {
  const { t } = useText();
  const notice = new URLSearchParams(location.search).get('notice');
  const words = {
    'session-end': 'errors.SESSION_END',
    'logged-out': 'login.loggedOut',
    'pending-over': 'login.pendingOver',
    created: 'setup.signInFailed',
  } as const;
  if (notice === null || !Object.hasOwn(words, notice)) return null;
  return (
    <Notice tone={notice === 'logged-out' || notice === 'created' ? 'well' : 'warn'} role="status">
      <p>{t(words[notice as keyof typeof words])}</p>
    </Notice>
  );
}

/** Back from the console should not end at an empty form while the session lives. */
function returnIfSignedIn() {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (entry?.type !== 'back_forward') return;
  call(getSession, {}).then(
    () => enterConsole(),
    () => undefined,
  );
}
