import { useQueryClient } from '@tanstack/react-query';
import { createUserPassword, deleteUserPassword } from '@warifu/contract';
import { useRef, useState } from 'react';
import { call } from '../api.ts';
import { newPasswordCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { HiddenUserName } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { named, useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import type { Receipt } from '../receipt.ts';
import { useMinLength } from '../security/use-min-length.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from './users.ts';

type ReplacePasswordDialogProps = { userName: string; opened: boolean; onClose: () => void };

/** A new password for somebody who forgot it, in one step. */
export function ReplacePasswordDialog({ opened, onClose, userName }: ReplacePasswordDialogProps) {
  const { t } = useText();
  const queries = useQueryClient();
  const close = () => {
    // What was deleted shows only now, so that the dialog stays where it was opened.
    void queries.invalidateQueries({ queryKey: usersKey });
    onClose();
  };
  return (
    <Dialog title={t('userPassword.replace')} opened={opened} onClose={close}>
      <ReplaceForm userName={userName} onClose={close} />
    </Dialog>
  );
}

function ReplaceForm({ userName, onClose }: Omit<ReplacePasswordDialogProps, 'opened'>) {
  const { t } = useText();
  const { operatorId } = useSession();
  const min = useMinLength();
  const user = { operator_id: operatorId, user_name: userName };
  // The server takes a first password only; one that it refuses leaves the user without any until the next try.
  const ended = useRef<Receipt>(undefined);
  const [deleted, setDeleted] = useState(false);
  const { field, busy, frame } = useSubmit({
    initial: { newPassword: '' },
    check: { newPassword: newPasswordCheck(t, min) },
    send: async ({ newPassword }) => {
      ended.current ??= (await call(deleteUserPassword, user, { passing: true })).receipt;
      await call(createUserPassword, { ...user, password: newPassword }).catch((error: unknown) => {
        setDeleted(true);
        throw error;
      });
      onClose();
      showOutcome('userPassword.replaced', ended.current, { name: userName });
    },
  });
  return (
    <FormFrame state={frame}>
      <p>
        <Words>{t('userPassword.replaceBody', { name: named(userName) })}</Words>
      </p>
      {deleted && (
        <Notice tone="warn" role="status">
          <p>
            <Words>{t('userPassword.replaceOpen', { name: named(userName) })}</Words>
          </p>
        </Notice>
      )}
      <HiddenUserName value={userName} />
      <NewPasswordField {...field('newPassword')} label={t('field.newPassword')} min={min} />
      <DialogActions busy={busy} submit={t('userPassword.replaceSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}
