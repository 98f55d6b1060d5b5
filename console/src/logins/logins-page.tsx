import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { MoreButton } from '../fields/more-button.tsx';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { focusPageTitle } from '../look/focus.ts';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { ZoneSwitch } from '../security/zone-switch.tsx';
import { sessionQuery, useSession } from '../session/session.ts';
import { DisownDialog } from './disown-dialog.tsx';
import { LoginTable } from './login-table.tsx';
import { loginsKey, useLogins } from './logins.ts';
import type { LoginsSearch } from './routes.ts';

const route = getRouteApi('/security/logins');

/** Who signed in, or tried to: as oneself, or as a SAM user that one may look after. */
export function LoginsPage() {
  const { t } = useText();
  const search = route.useSearch();
  const session = useSession();
  const user = search.user === session.userName ? undefined : search.user;
  return (
    <Page
      title={user === undefined ? t('logins.title') : t('logins.titleOf', { name: user })}
      lead={t(user === undefined ? 'logins.lead' : 'logins.leadOf')}
    >
      {session.switchedFrom && user === undefined ? (
        <Notice tone="info">
          <p>{t('refused.session')}</p>
        </Notice>
      ) : (
        <Logins user={user} search={search} />
      )}
    </Page>
  );
}

function Logins({ user, search }: { user: string | undefined; search: LoginsSearch }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data, error, isPending, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } = useLogins(user);
  const logins = data?.pages.flatMap((page) => page.logins) ?? [];
  const { login: open, ...rest } = search;
  const zone = search.zone ?? 'local';
  const close = () => navigate({ search: rest, replace: true });
  if (isPending) return <Skeleton height={240} radius={10} />;
  if (error) return <FailureNotice error={error} userName={user} onRetry={refetch} />;
  return (
    <Card>
      <div className="row spread">
        <p className="quiet small" role="status">
          {logins.length === 0 ? t('logins.none') : ''}
        </p>
        <ZoneSwitch
          zone={zone}
          choose={(wanted) => {
            const { zone: _, ...others } = rest;
            void navigate({ search: wanted === 'utc' ? { ...others, zone: wanted } : others, replace: true });
          }}
        />
      </div>
      {logins.length > 0 && (
        <LoginTable
          logins={logins}
          zone={zone}
          onDisown={user === undefined ? (id) => navigate({ search: { ...rest, login: id } }) : undefined}
        />
      )}
      {hasNextPage && <MoreButton busy={isFetchingNextPage} onClick={() => void fetchNextPage()} />}
      <DisownDialog
        login={user === undefined ? logins.find(({ signInId }) => signInId === open) : undefined}
        onClose={close}
        onDone={async (receipt, byKey) => {
          await close();
          showOutcome(byKey ? 'logins.disownedKey' : 'logins.disowned', receipt);
          void queries.invalidateQueries({ queryKey: loginsKey });
          void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
          focusPageTitle();
        }}
      />
    </Card>
  );
}
