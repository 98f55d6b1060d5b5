import { TextInput } from '@mantine/core';
import { finishUserMFAReset } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { assistedCodeCheck, filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { PasswordField } from '../fields/password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { dropLinkToken, useLinkToken } from './link-token.ts';
import { MfaResetCancelPage } from './mfa-reset-cancel-page.tsx';
import { useCarried } from './navigation.ts';
import { NotMe } from './not-me.tsx';
import { OpenLinkAgain } from './open-link-again.tsx';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { ResetDone, ResetStopped } from './reset-outcomes.tsx';
import { SamNameFields } from './sam-name-fields.tsx';
import { knownOperator, loginAddress } from './sam-sign-in.ts';

/** Where a SAM user enters the code that somebody handed over, with its own password. */
export function AssistedCodePage() {
  const { t } = useText();
  const [done, setDone] = useState(false);
  if (done) return <ResetDone login={loginAddress('sam')} />;
  return (
    <Page title={t('assist.title')} lead={t('assist.codeLead')}>
      <Effect />
      <FinishForm token={undefined} onDone={() => setDone(true)} />
      <div className={css.links}>
        <PageLink to={loginAddress('sam')}>{t('reset.backToLogin')}</PageLink>
      </div>
    </Page>
  );
}

/** The page of the link that was mailed to a SAM user. Opening it changes nothing; only its buttons do. */
export function AssistedLinkPage() {
  const { t } = useText();
  const token = useLinkToken();
  const [outcome, setOutcome] = useState<'done' | 'stopped'>();
  const finish = (reached: 'done' | 'stopped') => {
    dropLinkToken();
    setOutcome(reached);
  };
  if (!token && outcome === 'done') return <ResetDone login={loginAddress('sam')} />;
  if (!token && outcome === 'stopped') return <ResetStopped ofUser />;
  if (!token) return <OpenLinkAgain title={t('assist.title')} />;
  return (
    <Page title={t('assist.title')} lead={t('assist.linkLead')}>
      <Effect />
      <FinishForm key={token} token={token} onDone={() => finish('done')} />
      <NotMe key={`not-me-${token}`} token={token} onStopped={() => finish('stopped')} />
    </Page>
  );
}

/** The link of a notice about a SAM user that stops the reset. */
export function AssistedStopPage() {
  return <MfaResetCancelPage ofUser />;
}

function Effect() {
  const { t } = useText();
  return (
    <Notice tone="warn">
      <p>{t('assist.effect')}</p>
    </Notice>
  );
}

type FinishFormProps = { token: string | undefined; onDone: () => void };

function FinishForm({ token, onDone }: FinishFormProps) {
  const { t } = useText();
  const { userName: known = '' } = useCarried();
  const { field, busy, frame } = useSubmit({
    initial: { operatorId: knownOperator(), userName: known, password: '', handedCode: '' },
    check: {
      operatorId: filled(t, t('field.operatorId')),
      userName: filled(t, t('field.userName')),
      password: filled(t, t('field.password')),
      ...(token === undefined && { handedCode: assistedCodeCheck(t) }),
    },
    send: async ({ operatorId, userName, password, handedCode }) => {
      const who = { operatorId: operatorId.trim(), userName: userName.trim(), password };
      await call(finishUserMFAReset, token === undefined ? { ...who, code: handedCode } : { ...who, token });
      onDone();
    },
  });
  return (
    <FormFrame state={frame}>
      <SamNameFields operatorId={field('operatorId')} userName={field('userName')} />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      {token === undefined && (
        <TextInput
          {...field('handedCode')}
          label={t('assist.code')}
          description={t('assist.codeHint')}
          autoComplete="off"
          autoCapitalize="characters"
          autoCorrect="off"
          spellCheck={false}
          translate="no"
        />
      )}
      <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
        {t('resetVerify.submit')}
      </SubmitButton>
    </FormFrame>
  );
}
