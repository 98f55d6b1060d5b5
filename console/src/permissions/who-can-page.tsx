import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReplyOf, whoCan } from '@warifu/contract';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { useSession } from '../session/session.ts';
import { FailureNotice } from './failure-notice.tsx';
import { OperationField } from './operation-field.tsx';
import css from './simulate.module.css';
import { sourceName } from './sources.ts';
import { UserField } from './user-field.tsx';

const route = getRouteApi('/security/who-can');
type Principal = ReplyOf<typeof whoCan>[number];

/** The reverse question: everybody who may do something, to somebody, and why. */
export function WhoCanPage() {
  const { t } = useText();
  const { api = '', user } = route.useSearch();
  const { operatorId } = useSession();
  const { data, error, isLoading } = useQuery({
    queryKey: ['who-can', api, user ?? ''],
    queryFn: async () =>
      (await call(whoCan, { operator_id: operatorId, api, ...(user ? { user_name: user } : {}) })).reply,
    enabled: api !== '',
  });
  const lead = user ? t('whoCan.leadTarget', { api, user }) : t('whoCan.lead', { api });
  return (
    <Page title={t('whoCan.title')} {...(api ? { lead } : {})}>
      <Card>
        <Question key={`${api} ${user}`} api={api} user={user ?? ''} />
      </Card>
      {isLoading && <Skeleton height={160} radius={10} />}
      {error && <FailureNotice error={error} />}
      {data && (
        <Card>
          <Principals rows={data} api={api} />
        </Card>
      )}
    </Page>
  );
}

function Question({ api, user }: { api: string; user: string }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const { field, set, busy, frame } = useSubmit({
    initial: { api, user },
    check: { api: filled(t, t('simulate.api')) },
    send: (asked) => navigate({ search: { api: asked.api.trim(), ...(asked.user ? { user: asked.user } : {}) } }),
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <OperationField {...field('api')} label={t('whoCan.api')} />
        <UserField {...field('user')} label={t('whoCan.target')} onChange={(name) => set('user', name)} />
      </div>
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('whoCan.submit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}

function Principals({ rows, api }: { rows: Principal[]; api: string }) {
  const { t } = useText();
  return (
    <table className={tableCss.table} aria-label={t('whoCan.table')}>
      <thead>
        <tr>
          <th scope="col">{t('whoCan.who')}</th>
          <th scope="col">{t('whoCan.allowed')}</th>
          <th scope="col">{t('whoCan.why')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.principal} ${row.through ?? ''}`}>
            <th scope="row">
              <Who row={row} />
            </th>
            <td data-name={t('whoCan.allowed')}>
              <StatusWord kind={row.allowed === 'always' ? 'well' : 'wait'}>{t(`whoCan.${row.allowed}`)}</StatusWord>
            </td>
            <td data-name={t('whoCan.why')}>
              <Why row={row} api={api} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Who({ row: { principal, userName, kind } }: { row: Principal }) {
  const { t } = useText();
  if (kind === 'root') return t('whoCan.root');
  if (kind === 'other operator') {
    return (
      <>
        {t('whoCan.otherOperator')} <code>{principal}</code>
      </>
    );
  }
  return (
    <Link to="/security/users/$userName" params={{ userName }}>
      {userName}
    </Link>
  );
}

function Why({ row: { kind, userName, through, statements }, api }: { row: Principal; api: string }) {
  const { t } = useText();
  if (kind === 'root' && !through) return t('whoCan.rootWhy');
  return (
    <div className="stack-tight">
      {through && <span>{t('whoCan.through', { user: through })}</span>}
      {statements.map(({ source, statement, condition }) => (
        <div key={`${source}-${statement}`}>
          <Link to="/security/simulate" search={{ user: through ?? userName, api }}>
            {t('simulate.statement', { source: sourceName(source, t), n: statement })}
          </Link>
          {condition && (
            <>
              <br />
              <code className="small quiet">{condition}</code>
            </>
          )}
        </div>
      ))}
    </div>
  );
}
