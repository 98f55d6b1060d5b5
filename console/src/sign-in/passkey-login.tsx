import { beginPasskeySignIn, signInWithPasskey } from '@warifu/contract';
import { useEffect, useState } from 'react';
import { call } from '../api.ts';
import { asFailure, type Failure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { askPasskey, canOfferPasskeys, knowsPasskeys, stopOffering } from '../passkey.ts';
import { enterConsole } from './navigation.ts';

/** Logging in with a passkey alone: by a button, and offered in the field of the user name where the browser can. */
export function PasskeyLogin() {
  const { t } = useText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    const leaving = { left: false };
    // Whoever does not take the offer sees nothing of it, nor of what went wrong with it.
    void offer(leaving).catch(() => undefined);
    return () => {
      leaving.left = true;
      if (knowsPasskeys()) void stopOffering();
    };
  }, []);
  const begin = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    await logIn(false).catch((error: unknown) => setFailure(asFailure(error)));
    setBusy(false);
  };
  if (!knowsPasskeys()) return null;
  return (
    <div className="stack">
      {failure && (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(failure, t)}</p>
        </Notice>
      )}
      <SubmitButton
        type="button"
        variant="default"
        busy={busy}
        busyText={t('login.submitting')}
        fullWidth
        onClick={begin}
      >
        {t('login.passkey')}
      </SubmitButton>
    </div>
  );
}

async function offer(leaving: { readonly left: boolean }): Promise<void> {
  if (!(await canOfferPasskeys()) || leaving.left) return;
  await logIn(true);
}

async function logIn(offered: boolean): Promise<void> {
  const { reply } = await call(beginPasskeySignIn, { pending: false });
  await call(signInWithPasskey, { passkey: await askPasskey(reply.options, offered) });
  enterConsole();
}
