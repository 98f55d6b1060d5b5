import { disownSignIn } from '@warifu/contract';
import { call } from '../api.ts';
import { codeCheck, filled, newPasswordCheck } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { OtherFactor, useFactor } from '../fields/use-factor.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Facts, Moment } from '../look/facts.tsx';
import type { Receipt } from '../receipt.ts';
import { useMinLength } from '../security/use-min-length.ts';
import { ownPasskey } from '../session/own-passkey.ts';
import { accountName, useSession } from '../session/session.ts';
import { type Login, placeName } from './logins.ts';

type DisownDialogProps = {
  login: Login | undefined;
  onClose: () => void;
  onDone: (receipt: Receipt, byKey: boolean) => void;
};

/** "This was not me": a new password and the end of everything else, in one step. */
export function DisownDialog({ login, onClose, onDone }: DisownDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('logins.disown')} opened={login !== undefined} onClose={onClose}>
      {login && <DisownForm login={login} onClose={onClose} onDone={onDone} />}
    </Dialog>
  );
}

function DisownForm({ login, onClose, onDone }: DisownDialogProps & { login: Login }) {
  const { t } = useText();
  const session = useSession();
  const min = useMinLength();
  const choice = useFactor(session.factors);
  const byPasskey = choice.kind === 'passkey';
  const withCode = session.mfaStatus === 'ACTIVE' && !byPasskey;
  const { field, busy, frame } = useSubmit({
    initial: { password: '', newPassword: '', code: '' },
    check: {
      password: filled(t, t('field.currentPassword')),
      newPassword: newPasswordCheck(t, min),
      ...(withCode ? { code: codeCheck(t) } : {}),
    },
    send: async ({ password, newPassword, code }) => {
      const { receipt } = await call(disownSignIn, {
        signInId: login.signInId,
        currentPassword: password,
        newPassword,
        ...(withCode ? { mfaOTPCode: code } : {}),
        ...(byPasskey ? await ownPasskey() : {}),
      });
      onDone(receipt, login.authKeyId !== undefined);
    },
  });
  return (
    <FormFrame state={frame}>
      <Facts
        facts={[
          [t('logins.time'), <Moment key="at" at={login.at} />],
          [t('logins.browser'), placeName(login, t)],
          [
            t('logins.ip'),
            <code key="ip" translate="no">
              {login.sourceIp}
            </code>,
          ],
        ]}
      />
      <p>{t(login.authKeyId === undefined ? 'logins.disownBody' : 'logins.disownKeyBody')}</p>
      <HiddenUserName value={accountName(session)} />
      <PasswordField {...field('password')} label={t('field.currentPassword')} autoComplete="current-password" />
      <NewPasswordField {...field('newPassword')} label={t('field.newPassword')} min={min} email={session.email} />
      {withCode && <CodeField {...field('code')} />}
      <OtherFactor choice={choice} />
      {!session.isRoot && <p className="quiet small">{t('password.samForgot')}</p>}
      <DialogActions busy={busy} submit={t('logins.disownSubmit')} danger onCancel={onClose} />
    </FormFrame>
  );
}
