import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { deleteRole, updateRole } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Dialog, DialogActions, DialogFoot } from '../look/dialog.tsx';
import { Name } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { rereadOnConflict } from '../permissions/conflict.ts';
import { saveDraft } from '../permissions/editor/draft.ts';
import { rolesKey, type TaggedRole } from '../permissions/permissions.ts';
import { useSession } from '../session/session.ts';
import type { User } from '../users/users.ts';

type RoleDialogProps = {
  role: TaggedRole;
  /** Reads it anew. */
  latest: () => Promise<TaggedRole>;
  opened: boolean;
  onClose: () => void;
};

export function EditRoleDialog({ opened, ...rest }: RoleDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('roles.descriptionEdit')} opened={opened} onClose={rest.onClose}>
      <EditForm {...rest} />
    </Dialog>
  );
}

function EditForm({ role, latest, onClose }: Omit<RoleDialogProps, 'opened'>) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const [base, setBase] = useState(role);
  const { field, set, busy, frame } = useSubmit({
    initial: { description: role.description },
    check: {},
    send: async (typed) => {
      const description = typed.description.trim();
      // The call wants a permission too: the one that is saved by now.
      let now = base;
      const send = async (text: string, ifMatch: string | undefined) => {
        const change = { permission: now.permission, description: text };
        await call(updateRole, { operator_id: operatorId, role_id: role.roleId, ...change }, { ifMatch });
      };
      const read = async () => {
        now = await latest();
        return { text: now.description, tag: now.tag };
      };
      const saved = { text: base.description, tag: base.tag };
      if (await saveDraft({ text: description, base: saved }, send, read)) return setBase(now);
      await queries.invalidateQueries({ queryKey: rolesKey });
      onClose();
      showOutcome('roles.descriptionSaved');
    },
  });
  return (
    <FormFrame state={frame}>
      {base !== role && (
        <Notice tone="warn">
          <p>{t('roles.descriptionConflict')}</p>
          <p>
            <strong>{base.description || '–'}</strong>
          </p>
          <Button variant="default" onClick={() => set('description', base.description)}>
            {t('editor.takeTheirs')}
          </Button>
        </Notice>
      )}
      <TextInput {...field('description')} label={t('roles.description')} maxLength={1024} data-autofocus />
      <DialogActions busy={busy} submit={t(base === role ? 'editor.save' : 'editor.overwrite')} onCancel={onClose} />
    </FormFrame>
  );
}

/** A role that somebody still has is not deleted; the dialog says who that is. */
type DeleteRoleProps = RoleDialogProps & { users: User[] | undefined };

export function DeleteRoleDialog({ role, latest, users, opened, onClose }: DeleteRoleProps) {
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
      body={[t('roles.deleteBody', { role: named(role.roleName) })]}
      submit={t('roles.deleteSubmit')}
      opened={opened}
      onClose={onClose}
      send={async () => {
        const input = { operator_id: operatorId, role_id: role.roleId };
        await rereadOnConflict(() => call(deleteRole, input, { ifMatch: role.tag }), latest);
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
              <Name>{userName}</Name>
            </Link>
          </li>
        ))}
      </ul>
      <DialogFoot>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('action.close')}
        </Button>
      </DialogFoot>
    </div>
  );
}
