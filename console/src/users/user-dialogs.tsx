import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { deleteUser, revokeUserAuthTokens, updateUser } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { type User, usersKey } from './users.ts';

type DialogState = { opened: boolean; onClose: () => void };

export function EditUserDialog({ user, opened, onClose }: DialogState & { user: User }) {
  const { t } = useText();
  return (
    <Dialog title={t('user.editTitle')} opened={opened} onClose={onClose}>
      <EditForm user={user} onClose={onClose} />
    </Dialog>
  );
}

function EditForm({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const { field, busy, frame } = useSubmit({
    initial: { description: user.description },
    check: {},
    send: async ({ description }) => {
      await call(updateUser, { operator_id: operatorId, user_name: user.userName, description: description.trim() });
      await queries.invalidateQueries({ queryKey: usersKey });
      onClose();
      showOutcome('user.edited');
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('description')} label={t('users.description')} maxLength={1024} data-autofocus />
      <DialogActions busy={busy} submit={t('user.editSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}

export function EndSessionsDialog({ userName, opened, onClose }: DialogState & { userName: string }) {
  const { t } = useText();
  const { operatorId } = useSession();
  return (
    <ConfirmDialog
      title={t('user.endSessions')}
      body={[t('user.endSessionsBody', { name: named(userName) })]}
      submit={t('user.endSessionsSubmit')}
      opened={opened}
      onClose={onClose}
      send={async () => {
        const { receipt } = await call(revokeUserAuthTokens, { operator_id: operatorId, user_name: userName });
        onClose();
        showOutcome('user.endedSessions', receipt, { name: userName });
      }}
    />
  );
}

export function DeleteUserDialog({ userName, opened, onClose }: DialogState & { userName: string }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      title={t('user.delete')}
      body={[t('user.deleteBody', { name: named(userName) })]}
      submit={t('user.deleteSubmit')}
      opened={opened}
      onClose={onClose}
      send={async () => {
        const { receipt } = await call(deleteUser, { operator_id: operatorId, user_name: userName });
        await navigate({ to: '/security/users' });
        queries.removeQueries({ queryKey: [...usersKey, 'one', userName] });
        await queries.invalidateQueries({ queryKey: usersKey });
        showOutcome('user.deleted', receipt, { name: userName });
      }}
    />
  );
}
