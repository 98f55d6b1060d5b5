import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { attachRole, detachRole } from '@warifu/contract';
import { call } from '../api.ts';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Name } from '../look/name.tsx';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { type RoleWithPermission, rolesKey, useUserRoles } from '../permissions/permissions.ts';
import { roleDescription } from '../permissions/role-text.ts';
import { shortRole } from '../permissions/sources.ts';
import { useSession } from '../session/session.ts';
import { AttachRoleDialog } from './attach-role-dialog.tsx';
import css from './user-roles.module.css';
import { usersKey } from './users.ts';

type UserRolesProps = {
  userName: string;
  attaching: boolean;
  detaching: string | undefined;
  onAttach: () => void;
  onDetach: (roleId: string) => void;
  onClose: () => void;
};

export function UserRoles({ userName, attaching, detaching, onAttach, onDetach, onClose }: UserRolesProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useUserRoles(userName);
  const user = { operator_id: operatorId, user_name: userName };
  const finish = async (text: 'permissions.attached' | 'permissions.detached') => {
    await Promise.all([usersKey, rolesKey].map((queryKey) => queries.invalidateQueries({ queryKey })));
    onClose();
    showOutcome(text);
  };
  return (
    <Card title={t('permissions.byRole')}>
      <p className="quiet">{t('permissions.byRoleBody')}</p>
      {isPending && <Skeleton height={60} />}
      {error && <FailureNotice error={error} userName={userName} onRetry={refetch} />}
      {data && <RoleList roles={data} userName={userName} onDetach={onDetach} />}
      <div>
        <GuardedButton endpoint={attachRole} userName={userName} variant="default" onClick={onAttach}>
          {t('permissions.attach')}
        </GuardedButton>
      </div>
      <AttachRoleDialog
        attached={data?.map(({ roleId }) => roleId) ?? []}
        opened={attaching}
        onClose={onClose}
        onAttach={async (roleId) => {
          await call(attachRole, { ...user, roleId });
          await finish('permissions.attached');
        }}
      />
      <ConfirmDialog
        title={t('permissions.detachTitle')}
        body={[t('permissions.detachBody', { name: named(userName), role: named(shortRole(detaching ?? '')) })]}
        submit={t('permissions.detachSubmit')}
        opened={detaching !== undefined}
        onClose={onClose}
        send={async () => {
          await call(detachRole, { ...user, role_id: detaching ?? '' });
          await finish('permissions.detached');
        }}
      />
    </Card>
  );
}

type RoleListProps = { roles: RoleWithPermission[]; userName: string; onDetach: (roleId: string) => void };

function RoleList({ roles, userName, onDetach }: RoleListProps) {
  const { t } = useText();
  if (roles.length === 0) return <p>{t('permissions.noRoles')}</p>;
  return (
    <ul className={css.roles} aria-label={t('permissions.roleList')}>
      {roles.map(({ roleId, roleName, ...role }) => (
        <li key={roleId}>
          <div>
            <Link to="/security/roles/$roleId" params={{ roleId }}>
              <Name>{roleName}</Name>
            </Link>
            <p className="quiet small">{roleDescription({ roleName, ...role }, t)}</p>
          </div>
          <GuardedButton
            endpoint={detachRole}
            userName={userName}
            roleId={roleId}
            variant="default"
            label={t('permissions.detachLabel', { role: roleName })}
            onClick={() => onDetach(roleId)}
          >
            {t('permissions.detach')}
          </GuardedButton>
        </li>
      ))}
    </ul>
  );
}
