import { Button, Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { listSessions, type ReplyOf } from '@warifu/contract';
import { announce } from '../announce.tsx';
import { call } from '../api.ts';
import { LoadFailure } from '../frame/load-failure.tsx';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { EndAllDialog } from './end-all-dialog.tsx';
import { SessionTable } from './session-table.tsx';
import { ZoneSwitch } from './zone-switch.tsx';

const route = getRouteApi('/security/sessions');

export type SessionsSearch = { zone?: 'utc'; dialog?: 'end-all' };
export type SessionRow = ReplyOf<typeof listSessions>[number];

const sessionsKey = ['sessions'];

/** Where this account is signed in, and the way to end what should not be. */
export function SessionsPage() {
  const { t } = useText();
  const { zone, dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: sessionsKey,
    queryFn: async () => (await call(listSessions, {})).reply,
  });
  const others = data?.filter((row) => !row.current) ?? [];
  const show = (search: SessionsSearch) => navigate({ search, replace: true });
  const close = () => show(zone ? { zone } : {});
  const ended = (count: number) => {
    announce(countText('sessions.endedCount', count));
    queries.invalidateQueries({ queryKey: sessionsKey });
  };

  return (
    <Page title={t('sessions.title')} lead={t('sessions.lead')}>
      {error && <LoadFailure error={error} retry={refetch} />}
      <Card>
        <div className="row spread">
          <Button
            variant="default"
            disabled={others.length === 0}
            onClick={() => navigate({ search: (now) => ({ ...now, dialog: 'end-all' as const }) })}
          >
            {t('sessions.endAll')}
          </Button>
          <ZoneSwitch zone={zone ?? 'local'} choose={(wanted) => show(wanted === 'utc' ? { zone: wanted } : {})} />
        </div>
        {isPending && <Skeleton height={160} />}
        {data && <SessionTable rows={data} zone={zone ?? 'local'} onEnded={() => ended(1)} />}
        {data && others.length === 0 && <p className="quiet">{t('sessions.onlyThis')}</p>}
      </Card>
      <EndAllDialog
        opened={dialog === 'end-all'}
        onClose={close}
        onEnded={(count) => {
          void close();
          ended(count);
        }}
      />
    </Page>
  );
}
