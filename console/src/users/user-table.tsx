import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { MfaWord } from '../look/mfa-word.tsx';
import { Name } from '../look/name.tsx';
import tableCss from '../look/table.module.css';
import { ListedLevel } from '../ways-back/level-word.tsx';
import type { Levels, UserLevel } from '../ways-back/ways.ts';
import type { User } from './users.ts';
import css from './users-page.module.css';

const columns = ['name', 'mfa', 'roles', 'keys', 'lastSignIn', 'created'] as const;

type UserTableProps = {
  users: User[];
  /** None for those who may not read them. */
  levels: Levels | undefined;
};

export function UserTable({ users, levels }: UserTableProps) {
  const { t } = useText();
  return (
    <table className={`${tableCss.table} ${css.users}`} aria-label={t('users.tableLabel')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`users.${column}`)}
            </th>
          ))}
          {levels && <th scope="col">{t('waysBack.column')}</th>}
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <Row
            key={user.userName}
            user={user}
            level={levels?.get(user.userName)}
            columnOfLevels={levels !== undefined}
          />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = { user: User; level: UserLevel | undefined; columnOfLevels: boolean };

function Row({ user, level, columnOfLevels }: RowProps) {
  const { t } = useText();
  return (
    <tr>
      <th scope="row">
        <Link to="/security/users/$userName" params={{ userName: user.userName }}>
          <Name>{user.userName}</Name>
        </Link>
        <span className={css.hint}>{user.description}</span>
      </th>
      <td data-name={t('users.mfa')}>
        <MfaWord status={user.mfaStatus} />
      </td>
      <td data-name={t('users.roles')}>
        <Roles user={user} />
      </td>
      <td data-name={t('users.keys')}>{user.authKeyList.length}</td>
      <td data-name={t('users.lastSignIn')}>
        {user.lastSignInDateTime ? <Moment at={user.lastSignInDateTime * 1000} brief /> : t('users.never')}
      </td>
      <td data-name={t('users.created')}>
        <Moment at={user.createDateTime * 1000} brief />
      </td>
      {columnOfLevels && <td data-name={t('waysBack.column')}>{level && <WayBack {...level} />}</td>}
    </tr>
  );
}

function WayBack({ level, noPassword }: UserLevel) {
  const { t } = useText();
  if (noPassword) return <span className="quiet">{t('waysBack.noPassword')}</span>;
  return <ListedLevel level={level} />;
}

function Roles({ user }: { user: User }) {
  const { t } = useText();
  if (user.roleList.length === 0) return t('users.noRoles');
  return (
    <ul className={css.roles}>
      {user.roleList.map((role) => (
        <li key={role.roleId}>
          <Name>{role.roleName}</Name>
        </li>
      ))}
    </ul>
  );
}
