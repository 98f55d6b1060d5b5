import '../locales/later.ts';
import { NativeSelect, Skeleton, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { createUser } from '@warifu/contract';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { NoMatch, NoUsers } from './no-users.tsx';
import type { UsersSearch } from './routes.ts';
import { UserTable } from './user-table.tsx';
import { type User, useUsers } from './users.ts';
import css from './users-page.module.css';

const route = getRouteApi('/security/users');
const filters = ['all', 'on', 'off'] as const;

/** The SAM users, and how each stands: MFA, roles, keys, and the way back in. */
export function UsersPage() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch } = useUsers();
  const shown = data?.filter((user) => matches(user, search)) ?? [];
  const create = () => navigate({ search: (now) => ({ ...now, dialog: 'create' as const }) });
  const close = () => navigate({ search: ({ dialog: _, ...rest }) => rest, replace: true });

  return (
    <Page title={t('users.title')} lead={t('users.lead')}>
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {isPending && <Skeleton height={320} radius={10} />}
      {data?.length === 0 && <NoUsers onCreate={create} />}
      {data && data.length > 0 && (
        <Card>
          <div className={css.bar}>
            <Filters search={search} />
            <GuardedButton endpoint={createUser} onClick={create}>
              {t('users.create')}
            </GuardedButton>
          </div>
          <p className="quiet small" role="status">
            {countText('users.shown', shown.length)}
          </p>
          {shown.length > 0 ? <UserTable users={shown} /> : <NoMatch onClear={() => navigate({ search: {} })} />}
        </Card>
      )}
      <CreateUserDialog opened={search.dialog === 'create'} onClose={close} />
    </Page>
  );
}

function Filters({ search }: { search: UsersSearch }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const change = (wanted: { q?: string | undefined; mfa?: 'on' | 'off' | undefined }) =>
    navigate({ search: (now) => keep({ ...now, ...wanted }), replace: true });
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
    </search>
  );
}

function keep({ q, mfa, dialog }: { [K in keyof UsersSearch]: UsersSearch[K] | undefined }): UsersSearch {
  return { ...(q ? { q } : {}), ...(mfa ? { mfa } : {}), ...(dialog ? { dialog } : {}) };
}

function matches({ userName, description, mfaStatus }: User, { q = '', mfa }: UsersSearch): boolean {
  const words = q.trim().toLowerCase();
  const found = `${userName}\n${description}`.toLowerCase().includes(words);
  return found && (mfa === undefined || (mfaStatus === 'ACTIVE') === (mfa === 'on'));
}
