import { Button, Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { deleteRole, updateRole } from '@warifu/contract';
import { call } from '../api.ts';
import { Card } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { focusPageTitle } from '../look/focus.ts';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { readAnew } from '../permissions/conflict.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { PermissionEditor } from '../permissions/permission-editor.tsx';
import { PermissionText } from '../permissions/permission-text.tsx';
import { builtInOwner, rolesKey, type TaggedRole, useRole, useRoleUsers } from '../permissions/permissions.ts';
import { useSession } from '../session/session.ts';
import { DeleteRoleDialog, EditRoleDialog } from './role-dialogs.tsx';

const route = getRouteApi('/security/roles/$roleId/');

/** What a role allows, to change, or to copy where it is built in. */
export function RolePermission() {
  const { roleId } = route.useParams();
  const { data, error, isPending, refetch } = useRole(roleId);
  if (isPending) return <Skeleton height={320} radius={10} />;
  if (error) return <FailureNotice error={error} onRetry={refetch} />;
  return data.owner === builtInOwner ? <BuiltIn role={data} /> : <Own role={data} latest={() => readAnew(refetch)} />;
}

function BuiltIn({ role: { roleId, permission } }: { role: TaggedRole }) {
  const { t } = useText();
  const navigate = useNavigate();
  return (
    <Card title={t('roles.permission')}>
      <Notice tone="info">
        <p>{t('roles.readOnly')}</p>
      </Notice>
      <PermissionText text={permission} />
      <div>
        <Button variant="default" onClick={() => navigate({ to: '/security/new-role', search: { from: roleId } })}>
          {t('roles.copyAsNew')}
        </Button>
      </div>
    </Card>
  );
}

type Latest = () => Promise<TaggedRole>;

function Own({ role, latest }: { role: TaggedRole; latest: Latest }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const { dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const users = useRoleUsers(role.roleId);
  const close = () => navigate({ search: {}, replace: true });
  const save = async (permission: string, ifMatch: string | undefined) => {
    // The description stays what it is by now.
    await call(updateRole, { operator_id: operatorId, role_id: role.roleId, permission }, { ifMatch });
    await queries.invalidateQueries({ queryKey: rolesKey });
    showOutcome('roles.saved');
    focusPageTitle();
  };
  return (
    <>
      <Card title={t('roles.permission')}>
        {users.data && users.data.length > 0 && (
          <p className="quiet">{countText('roles.affects', users.data.length)}</p>
        )}
        <PermissionEditor
          endpoint={updateRole}
          roleId={role.roleId}
          saved={{ text: role.permission, tag: role.tag }}
          affects={users.data ? countText('roles.affects', users.data.length) : undefined}
          onSave={save}
          latest={async () => {
            const { permission: text, tag } = await latest();
            return { text, tag };
          }}
        />
      </Card>
      <Card title={t('roles.description')}>
        <p>{role.description || '–'}</p>
        <div className="row">
          <GuardedButton
            endpoint={updateRole}
            roleId={role.roleId}
            variant="default"
            onClick={() => navigate({ search: { dialog: 'edit' } })}
          >
            {t('roles.descriptionEdit')}
          </GuardedButton>
          <GuardedButton
            endpoint={deleteRole}
            roleId={role.roleId}
            variant="default"
            onClick={() => navigate({ search: { dialog: 'delete' } })}
          >
            {t('roles.delete')}
          </GuardedButton>
        </div>
      </Card>
      <EditRoleDialog role={role} latest={latest} opened={dialog === 'edit'} onClose={close} />
      <DeleteRoleDialog role={role} latest={latest} users={users.data} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}
