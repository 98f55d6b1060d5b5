import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { deleteRole, updateRole } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { showOutcome } from '../outcome.tsx';
import { type RoleWithPermission, rolesKey } from '../permissions/permissions.ts';
import { useSession } from '../session/session.ts';
import type { User } from '../users/users.ts';

type RoleDialogProps = { role: RoleWithPermission; opened: boolean; onClose: () => void };

export function EditRoleDialog({ role, opened, onClose }: RoleDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('roles.descriptionEdit')} opened={opened} onClose={onClose}>
      <EditForm role={role} onClose={onClose} />
    </Dialog>
  );
}

function EditForm({ role: { roleId, permission, ...role }, onClose }: Omit<RoleDialogProps, 'opened'>) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const { field, busy, frame } = useSubmit({
    initial: { description: role.description },
    check: {},
    send: async ({ description }) => {
      const change = { permission, description: description.trim() };
      await call(updateRole, { operator_id: operatorId, role_id: roleId, ...change });
      await queries.invalidateQueries({ queryKey: rolesKey });
      onClose();
      showOutcome('roles.descriptionSaved');
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput {...field('description')} label={t('roles.description')} maxLength={1024} data-autofocus />
      <DialogActions busy={busy} submit={t('editor.save')} onCancel={onClose} />
    </FormFrame>
  );
}

/** A role that somebody still has is not deleted; the dialog says who that is. */
export function DeleteRoleDialog({ role, users, opened, onClose }: RoleDialogProps & { users: User[] | undefined }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  if (users && users.length > 0) {
    return (
      <Dialog title={t('roles.deleteTitle')} opened={opened} onClose={onClose}>
        <Blocked users={users} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={t('roles.deleteTitle')}
      body={[t('roles.deleteBody', { role: role.roleName })]}
      submit={t('roles.deleteSubmit')}
      opened={opened}
      onClose={onClose}
      send={async () => {
        await call(deleteRole, { operator_id: operatorId, role_id: role.roleId });
        await navigate({ to: '/security/roles' });
        queries.removeQueries({ queryKey: [...rolesKey, 'one', role.roleId] });
        await queries.invalidateQueries({ queryKey: rolesKey });
        showOutcome('roles.deleted', undefined, { role: role.roleName });
      }}
    />
  );
}

function Blocked({ users, onClose }: { users: User[]; onClose: () => void }) {
  const { t } = useText();
  return (
    <div className="stack">
      <p>{t('roles.deleteBlocked')}</p>
      <ul>
        {users.map(({ userName }) => (
          <li key={userName}>
            <Link to="/security/users/$userName/permissions" params={{ userName }}>
              {userName}
            </Link>
          </li>
        ))}
      </ul>
      <div className="row row-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('action.close')}
        </Button>
      </div>
    </div>
  );
}
