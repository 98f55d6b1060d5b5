import { useQueryClient } from '@tanstack/react-query';
import { type BodyOf, beginPasskeySignIn, type FactorKind, signIn, stepUp, verifySignIn } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { codeCheck, filled } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { OtherFactor, useFactor } from '../fields/use-factor.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { askPasskey } from '../passkey.ts';
import { AccountLine } from './account-line.tsx';
import { useAsked } from './ask-identity.ts';
import { ownPasskey } from './own-passkey.ts';
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

type Proof = Pick<BodyOf<typeof stepUp>, 'mfaOTPCode' | 'passkey'>;

function IdentityForm({ over, settle }: { over: boolean; settle: (proved: boolean) => void }) {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const [needed, setNeeded] = useState<readonly FactorKind[]>(session.factors);
  const choice = useFactor(needed);
  const byPasskey = needed.length > 0 && choice.kind === 'passkey';
  const withCode = needed.length > 0 && !byPasskey;
  // A passkey that asks for a PIN or a fingerprint is enough to go on; for any other the password is needed as well.
  const [plain, setPlain] = useState(false);
  const withPassword = over || !byPasskey || plain;
  const { field, busy, frame } = useSubmit({
    initial: { password: '', code: '' },
    check: {
      ...(withPassword ? { password: filled(t, t('field.password')) } : {}),
      ...(withCode ? { code: codeCheck(t) } : {}),
    },
    send: async ({ password, code }) => {
      const proof = withCode ? { mfaOTPCode: code } : {};
      if (!over) await confirm({ ...(withPassword ? { password } : {}), ...proof });
      else {
        // Another device may have enabled MFA in the meantime.
        const missing = await signInAs(session, password, { ...proof, byPasskey });
        if (missing) return setNeeded(missing);
      }
      // The blocked call is repeated with the CSRF token of the new session. Not by the query: it may be what is blocked.
      queries.setQueryData(sessionQuery.queryKey, await readSession());
      settle(true);
      void queries.invalidateQueries({ predicate: ({ state }) => state.status === 'error' });
    },
  });
  const confirm = async (sent: Proof & { password?: string }) => {
    const passkey = byPasskey ? await ownPasskey() : {};
    await call(stepUp, { ...sent, ...passkey }).catch((error: unknown) => {
      if (asFailure(error).code === 'MFA0013') setPlain(true);
      throw error;
    });
  };
  const bodies = {
    over: 'stepUp.overBody',
    code: 'stepUp.bodyMfa',
    passkey: 'stepUp.bodyPasskey',
    none: 'stepUp.body',
  };
  const body = over ? bodies.over : withCode ? bodies.code : byPasskey ? bodies.passkey : bodies.none;
  return (
    <FormFrame state={frame}>
      <p>{t(body as 'stepUp.body')}</p>
      <AccountLine name={accountName(session)} />
      <HiddenUserName value={accountName(session)} />
      {withPassword && (
        <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      )}
      {withCode && <CodeField {...field('code')} />}
      <OtherFactor choice={choice} />
      <DialogActions
        busy={busy}
        submit={byPasskey ? t('passkey.use') : t(over ? 'stepUp.overSubmit' : 'stepUp.submit')}
        cancel={over ? t('stepUp.overLeave') : undefined}
        onCancel={() => settle(false)}
      />
    </FormFrame>
  );
}

/** Signs in as who was signed in. What is needed besides the password, when it was not given. */
async function signInAs(
  { operatorId, userName, email = '' }: Session,
  password: string,
  { mfaOTPCode, byPasskey }: Proof & { byPasskey: boolean },
): Promise<readonly FactorKind[] | undefined> {
  const who = userName === undefined ? { email } : { operatorId, userName };
  const { reply } = await call(signIn, { ...who, password });
  if (reply.next === 'DONE') return undefined;
  if (byPasskey) {
    const asked = await call(beginPasskeySignIn, { pending: true });
    await call(verifySignIn, { passkey: await askPasskey(asked.reply.options) });
    return undefined;
  }
  if (mfaOTPCode === undefined) return reply.factors ?? ['authenticator_app'];
  await call(verifySignIn, { mfaOTPCode });
  return undefined;
}
