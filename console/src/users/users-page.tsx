import '../locales/later.ts';
import { NativeSelect, Skeleton, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { createUser } from '@warifu/contract';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { useUserLevels } from '../ways-back/use-ways-back.ts';
import { isAt, type Levels, readLevel } from '../ways-back/ways.ts';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { NoMatch, NoUsers } from './no-users.tsx';
import type { UsersSearch } from './routes.ts';
import { UserTable } from './user-table.tsx';
import { type User, useUsers } from './users.ts';
import css from './users-page.module.css';

const route = getRouteApi('/security/users');
const filters = ['all', 'on', 'off'] as const;
const levelFilters = ['all', 'help', 'unsure', 'alone'] as const;

/** The SAM users, and how each stands: MFA, roles, keys, and the way back in. */
export function UsersPage() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch } = useUsers();
  const { data: levels, isPending: levelsPending } = useUserLevels();
  const shown = data?.filter((user) => matches(user, search, levels)) ?? [];
  // A filter is for what is known: nobody is to be shown who vanishes again.
  const waits = isPending || (search.wayBack !== undefined && levelsPending);
  const create = () => navigate({ search: (now) => ({ ...now, dialog: 'create' as const }) });
  const close = () => navigate({ search: ({ dialog: _, ...rest }) => rest, replace: true });

  return (
    <Page title={t('users.title')} lead={t('users.lead')}>
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {waits && <Skeleton height={320} radius={10} />}
      {data?.length === 0 && <NoUsers onCreate={create} />}
      {data && data.length > 0 && !waits && (
        <Card>
          <div className={css.bar}>
            <Filters search={search} withLevels={levels !== undefined} />
            <GuardedButton endpoint={createUser} onClick={create}>
              {t('users.create')}
            </GuardedButton>
          </div>
          <p className="quiet small" role="status">
            {countText('users.shown', shown.length)}
          </p>
          {shown.length > 0 ? (
            <UserTable users={shown} levels={levels} />
          ) : (
            <NoMatch onClear={() => navigate({ search: {} })} />
          )}
        </Card>
      )}
      <CreateUserDialog opened={search.dialog === 'create'} onClose={close} />
    </Page>
  );
}

type Wanted = { [K in keyof UsersSearch]?: UsersSearch[K] | undefined };

function Filters({ search, withLevels }: { search: UsersSearch; withLevels: boolean }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const change = (wanted: Wanted) => navigate({ search: (now) => keep({ ...now, ...wanted }), replace: true });
  return (
    <search className={css.filters}>
      <TextInput
        type="search"
        label={t('users.search')}
        value={search.q ?? ''}
        onChange={(event) => change({ q: event.currentTarget.value })}
      />
      <NativeSelect
        size="md"
        label={t('users.filterMfa')}
        value={search.mfa ?? 'all'}
        onChange={({ currentTarget: { value } }) =>
          change({ mfa: value === 'on' || value === 'off' ? value : undefined })
        }
        data={filters.map((value) => ({ value, label: t(`users.filters.${value}`) }))}
      />
      {withLevels && (
        <NativeSelect
          size="md"
          label={t('waysBack.column')}
          value={search.wayBack ?? 'all'}
          onChange={({ currentTarget: { value } }) => change({ wayBack: readLevel(value) })}
          data={levelFilters.map((value) => ({ value, label: t(`waysBack.filters.${value}`) }))}
        />
      )}
    </search>
  );
}

function keep({ q, mfa, wayBack, dialog }: Wanted): UsersSearch {
  return {
    ...(q ? { q } : {}),
    ...(mfa ? { mfa } : {}),
    ...(wayBack ? { wayBack } : {}),
    ...(dialog ? { dialog } : {}),
  };
}

function matches(user: User, { q = '', mfa, wayBack }: UsersSearch, levels: Levels | undefined): boolean {
  const { userName, description, mfaStatus } = user;
  const words = q.trim().toLowerCase();
  const found = `${userName}\n${description}`.toLowerCase().includes(words);
  const atLevel = !levels || !wayBack || isAt(levels.get(userName), wayBack);
  return found && atLevel && (mfa === undefined || (mfaStatus === 'ACTIVE') === (mfa === 'on'));
}
