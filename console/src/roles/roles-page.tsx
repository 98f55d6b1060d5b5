import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { createRole } from '@warifu/contract';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Name } from '../look/name.tsx';
import tableCss from '../look/table.module.css';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { builtInOwner, type Role, useRoles } from '../permissions/permissions.ts';
import { roleDescription } from '../permissions/role-text.ts';
import { useUsers } from '../users/users.ts';
import css from './roles-page.module.css';

const columns = ['name', 'owner', 'users', 'updated'] as const;

/** The roles of the operator and the built-in ones. */
export function RolesPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useRoles();
  return (
    <Page title={t('roles.title')} lead={t('roles.lead')}>
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {isPending && <Skeleton height={280} radius={10} />}
      {data && (
        <Card>
          <div className="row row-end">
            <GuardedButton endpoint={createRole} onClick={() => navigate({ to: '/security/new-role' })}>
              {t('roles.create')}
            </GuardedButton>
          </div>
          <RoleTable roles={data} />
        </Card>
      )}
    </Page>
  );
}

function RoleTable({ roles }: { roles: Role[] }) {
  const { t } = useText();
  // Not everybody who may see roles may see users; then the column says nothing.
  const { data: users } = useUsers();
  return (
    <table className={`${tableCss.table} ${css.table}`} aria-label={t('roles.table')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`roles.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {roles.map(({ roleId, roleName, description, owner, updateDateTime }) => (
          <tr key={roleId}>
            <th scope="row">
              <Link to="/security/roles/$roleId" params={{ roleId }}>
                <Name>{roleName}</Name>
              </Link>
              <span className={css.hint}>{roleDescription({ roleName, owner, description }, t)}</span>
            </th>
            <td data-name={t('roles.owner')}>{t(owner === builtInOwner ? 'roles.builtIn' : 'roles.own')}</td>
            <td data-name={t('roles.users')}>
              {users
                ? countText(
                    'roles.count',
                    users.filter((user) => user.roleList.some((r) => r.roleId === roleId)).length,
                  )
                : '–'}
            </td>
            <td data-name={t('roles.updated')}>
              <Moment at={updateDateTime * 1000} brief />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
