import { useQueryClient } from '@tanstack/react-query';
import { signIn, stepUp, verifySignIn } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { codeCheck, filled } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { AccountLine } from './account-line.tsx';
import { useAsked } from './ask-identity.ts';
import { accountName, readSession, type Session, sessionQuery, useSession } from './session.ts';

/** Asks who is sitting here. What the person had entered elsewhere stays as it is. */
export function StepUpDialog() {
  const { t } = useText();
  const asked = useAsked();
  // While the dialog fades out it shows what it showed.
  const [last, setLast] = useState(asked);
  if (asked && asked !== last) setLast(asked);
  const over = (asked ?? last)?.kind === 'sign-in';
  return (
    <Dialog
      title={t(over ? 'stepUp.overTitle' : 'stepUp.title')}
      opened={asked !== undefined}
      onClose={() => asked?.settle(false)}
      // SECURITY: without a session, what the page shows is not for whoever sits here now.
      curtain={over}
    >
      {asked && <IdentityForm key={asked.kind} over={over} settle={asked.settle} />}
    </Dialog>
  );
}

function IdentityForm({ over, settle }: { over: boolean; settle: (proved: boolean) => void }) {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const [withCode, setWithCode] = useState(session.mfaStatus === 'ACTIVE');
  const { field, busy, frame } = useSubmit({
    initial: { password: '', code: '' },
    check: { password: filled(t, t('field.password')), ...(withCode ? { code: codeCheck(t) } : {}) },
    send: async ({ password, code }) => {
      const proof = withCode ? { password, mfaOTPCode: code } : { password };
      if (!over) await call(stepUp, proof);
      // Another device may have enabled MFA in the meantime.
      else if (!(await signInAs(session, proof))) return setWithCode(true);
      // The blocked call is repeated with the CSRF token of the new session. Not by the query: it may be what is blocked.
      queries.setQueryData(sessionQuery.queryKey, await readSession());
      settle(true);
      void queries.invalidateQueries({ predicate: ({ state }) => state.status === 'error' });
    },
  });
  const body = over ? 'stepUp.overBody' : withCode ? 'stepUp.bodyMfa' : 'stepUp.body';
  return (
    <FormFrame state={frame}>
      <p>{t(body)}</p>
      <AccountLine name={accountName(session)} />
      <HiddenUserName value={accountName(session)} />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      {withCode && <CodeField {...field('code')} />}
      <DialogActions
        busy={busy}
        submit={t(over ? 'stepUp.overSubmit' : 'stepUp.submit')}
        cancel={over ? t('stepUp.overLeave') : undefined}
        onCancel={() => settle(false)}
      />
    </FormFrame>
  );
}

/** Signs in as who was signed in. False when a code is needed and none was given. */
async function signInAs(
  { operatorId, userName, email = '' }: Session,
  { password, mfaOTPCode }: { password: string; mfaOTPCode?: string },
): Promise<boolean> {
  const who = userName === undefined ? { email } : { operatorId, userName };
  const { reply } = await call(signIn, { ...who, password });
  if (reply.next === 'DONE') return true;
  if (mfaOTPCode === undefined) return false;
  await call(verifySignIn, { mfaOTPCode });
  return true;
}
