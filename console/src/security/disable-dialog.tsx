import { revokeMFA } from '@warifu/contract';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import type { Receipt } from '../receipt.ts';
import { AccountLine } from '../session/account-line.tsx';
import { forgettingPasskeys } from '../session/own-passkey.ts';
import { accountName, hasOnlyPasskeys, useSession } from '../session/session.ts';

type DisableDialogProps = { opened: boolean; onClose: () => void; onDisabled: (receipt: Receipt) => void };

/** Disabling asks for the password and nothing else. */
export function DisableDialog({ opened, onClose, onDisabled }: DisableDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('disable.title')} opened={opened} onClose={onClose}>
      <DisableForm onClose={onClose} onDisabled={onDisabled} />
    </Dialog>
  );
}

function DisableForm({ onClose, onDisabled }: Omit<DisableDialogProps, 'opened'>) {
  const { t } = useText();
  const session = useSession();
  const { field, busy, frame } = useSubmit({
    initial: { password: '' },
    check: { password: filled(t, t('field.password')) },
    send: async ({ password }) => {
      const { receipt } = await forgettingPasskeys(session, () =>
        call(revokeMFA, { operator_id: session.operatorId, password }),
      );
      onDisabled(receipt);
    },
  });
  return (
    <FormFrame state={frame}>
      <p>{t('disable.body')}</p>
      <p className="quiet small">{t(hasOnlyPasskeys(session) ? 'disable.undoPasskeys' : 'disable.undo')}</p>
      <AccountLine name={accountName(session)} />
      <HiddenUserName value={accountName(session)} />
      <PasswordField
        {...field('password')}
        label={t('field.password')}
        autoComplete="current-password"
        data-autofocus
      />
      <DialogActions busy={busy} submit={t('disable.submit')} danger onCancel={onClose} />
    </FormFrame>
  );
}
