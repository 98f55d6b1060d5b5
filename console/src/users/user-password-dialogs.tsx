import { useQueryClient } from '@tanstack/react-query';
import { createUserPassword, deleteUserPassword, updateUserPassword } from '@warifu/contract';
import { call } from '../api.ts';
import { filled, newPasswordCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Words } from '../look/name.tsx';
import { showOutcome } from '../outcome.tsx';
import { useMinLength } from '../security/use-min-length.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from './users.ts';

type DialogProps = { userName: string; opened: boolean; onClose: () => void };
type FormProps = Omit<DialogProps, 'opened'>;

export function SetPasswordDialog({ userName, opened, onClose }: DialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('userPassword.setTitle')} opened={opened} onClose={onClose}>
      <SetForm userName={userName} onClose={onClose} />
    </Dialog>
  );
}

function SetForm({ userName, onClose }: FormProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const min = useMinLength();
  const { field, busy, frame } = useSubmit({
    initial: { newPassword: '' },
    check: { newPassword: newPasswordCheck(t, min) },
    send: async ({ newPassword }) => {
      await call(createUserPassword, { operator_id: operatorId, user_name: userName, password: newPassword });
      await queries.invalidateQueries({ queryKey: usersKey });
      onClose();
      showOutcome('userPassword.wasSet', undefined, { name: userName });
    },
  });
  return (
    <FormFrame state={frame}>
      <p>
        <Words>{t('userPassword.setBody', { name: named(userName) })}</Words>
      </p>
      <HiddenUserName value={userName} />
      <NewPasswordField {...field('newPassword')} label={t('field.password')} min={min} />
      <DialogActions busy={busy} submit={t('userPassword.setSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}

export function ChangePasswordDialog({ userName, opened, onClose }: DialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('userPassword.changeTitle')} opened={opened} onClose={onClose}>
      <ChangeForm userName={userName} onClose={onClose} />
    </Dialog>
  );
}

function ChangeForm({ userName, onClose }: FormProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const min = useMinLength();
  const { field, busy, frame } = useSubmit({
    initial: { password: '', newPassword: '' },
    check: { password: filled(t, t('field.currentPassword')), newPassword: newPasswordCheck(t, min) },
    send: async ({ password, newPassword }) => {
      const user = { operator_id: operatorId, user_name: userName };
      const { receipt } = await call(updateUserPassword, { ...user, currentPassword: password, newPassword });
      await queries.invalidateQueries();
      onClose();
      showOutcome('userPassword.wasChanged', receipt);
    },
  });
  return (
    <FormFrame state={frame}>
      <HiddenUserName value={userName} />
      <PasswordField
        {...field('password')}
        label={t('field.currentPassword')}
        autoComplete="current-password"
        data-autofocus
      />
      <NewPasswordField {...field('newPassword')} label={t('field.newPassword')} min={min} />
      <p>{t('password.others')}</p>
      <DialogActions busy={busy} submit={t('userPassword.changeSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}

export function DeletePasswordDialog({ userName, opened, onClose }: DialogProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  return (
    <ConfirmDialog
      title={t('userPassword.deleteTitle')}
      body={[t('userPassword.deleteBody', { name: named(userName) })]}
      submit={t('userPassword.deleteSubmit')}
      opened={opened}
      onClose={onClose}
      send={async () => {
        const { receipt } = await call(deleteUserPassword, { operator_id: operatorId, user_name: userName });
        await queries.invalidateQueries({ queryKey: usersKey });
        onClose();
        showOutcome('userPassword.wasDeleted', receipt, { name: userName });
      }}
    />
  );
}
