import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { explainPermission, whoCan } from '@warifu/contract';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { Code, Name, Words } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { useSession } from '../session/session.ts';
import { FailureNotice } from './failure-notice.tsx';
import { useOperations } from './known-operations.ts';
import { OnlyOneself } from './only-oneself.tsx';
import { OperationField } from './operation-field.tsx';
import { ownRows, type Principal } from './own-rows.ts';
import type { PathValues } from './refusal.ts';
import css from './simulate.module.css';
import { sourceName } from './sources.ts';
import { useRefusal } from './use-refusal.ts';
import { UserField } from './user-field.tsx';

const route = getRouteApi('/security/who-can');

/** The reverse question: everybody who may do something, to somebody, and why. */
export function WhoCanPage() {
  const { t } = useText();
  const { api = '', user } = route.useSearch();
  const { refusal, isPending } = useRefusal(whoCan, {});
  const lead = user
    ? t('whoCan.leadTarget', { api: named(api), user: named(user) })
    : t('whoCan.lead', { api: named(api) });
  const Answer = refusal ? OwnAnswer : Everybody;
  return (
    <Page title={t('whoCan.title')} {...(api ? { lead } : {})}>
      <Card>
        <Question key={`${api} ${user}`} api={api} user={user ?? ''} />
      </Card>
      {api !== '' && !isPending && <Answer api={api} user={user} />}
    </Page>
  );
}

type AnswerProps = { api: string; user: string | undefined };

function Everybody({ api, user }: AnswerProps) {
  const { operatorId } = useSession();
  const { data, error, isLoading } = useQuery({
    queryKey: ['who-can', api, user ?? ''],
    queryFn: async () =>
      (await call(whoCan, { operator_id: operatorId, api, ...(user ? { user_name: user } : {}) })).reply,
  });
  return (
    <>
      {isLoading && <Skeleton height={160} radius={10} />}
      {error && <FailureNotice error={error} />}
      {data && (
        <Card>
          <Principals rows={data} api={api} target={user} />
        </Card>
      )}
    </>
  );
}

/** Without the permission to ask about everybody: what is true of every operator, and the caller itself. */
function OwnAnswer({ api, user }: AnswerProps) {
  const { operatorId, userName = '' } = useSession();
  const { operations } = useOperations();
  const path: PathValues = user ? { user_name: user } : {};
  const { data, error, isLoading } = useQuery({
    queryKey: ['who-can', 'oneself', api, path],
    queryFn: async () => {
      const asked = { userName, api, pathVariables: { operator_id: operatorId, ...path } };
      return (await call(explainPermission, { operator_id: operatorId, ...asked })).reply;
    },
  });
  return (
    <Card>
      <OnlyOneself permission={whoCan.operation} />
      {isLoading && <Skeleton height={160} radius={10} />}
      {error && <FailureNotice error={error} />}
      {data && (
        <Principals
          rows={ownRows(
            data,
            { operatorId, userName },
            operations.find(({ name }) => name === api)?.pathVariables ?? [],
            path,
          )}
          api={api}
          target={user}
        />
      )}
    </Card>
  );
}

function Question({ api, user }: { api: string; user: string }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const { operations } = useOperations();
  const takesUser = (name: string) =>
    operations.find((one) => one.name === name.trim())?.pathVariables.includes('user_name') ?? true;
  const { values, field, set, busy, frame } = useSubmit({
    initial: { api, user },
    check: { api: filled(t, t('simulate.api')) },
    send: (asked) => {
      const target = takesUser(asked.api) ? asked.user : '';
      return navigate({ search: { api: asked.api.trim(), ...(target && { user: target }) } });
    },
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <OperationField {...field('api')} label={t('whoCan.api')} />
        {takesUser(values.api) && (
          <UserField {...field('user')} label={t('whoCan.target')} onChange={(name) => set('user', name)} />
        )}
      </div>
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('whoCan.submit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}

const kinds = { always: 'well', sometimes: 'wait', never: 'off' } as const;

type PrincipalsProps = { rows: Principal[]; api: string; target: string | undefined };

function Principals({ rows, api, target }: PrincipalsProps) {
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
              <StatusWord kind={kinds[row.allowed]}>{t(`whoCan.${row.allowed}`)}</StatusWord>
            </td>
            <td data-name={t('whoCan.why')}>
              <Why row={row} api={api} target={target} />
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
        {t('whoCan.otherOperator')} <Code>{principal}</Code>
      </>
    );
  }
  return (
    <Link to="/security/users/$userName" params={{ userName }}>
      <Name>{userName}</Name>
    </Link>
  );
}

type WhyProps = Omit<PrincipalsProps, 'rows'> & { row: Principal };

function Why({ row: { kind, userName, through, mustEnrol, statements }, api, target }: WhyProps) {
  const { t } = useText();
  const { operations } = useOperations();
  if (kind === 'root' && !through) return t('whoCan.rootWhy');
  const access = operations.find(({ name }) => name === api)?.access;
  if (access === 'root') return t('effective.verdicts.root');
  if (access === 'anyone' || access === 'signed in') return t('effective.verdicts.free');
  if (!through && !mustEnrol && statements.length === 0) return t('effective.nothing');
  return (
    <div className="stack-tight">
      {mustEnrol && <span>{t('whoCan.mustEnrol')}</span>}
      {through && (
        <span>
          <Words>{t('whoCan.through', { user: named(through) })}</Words>
        </span>
      )}
      {statements.map(({ source, statement, condition }) => (
        <div key={`${source}-${statement}`}>
          <Link
            to="/security/simulate"
            search={{ user: through ?? userName, api, ...(target ? { path: { user_name: target } } : {}) }}
          >
            <Words>{t('simulate.statement', { source: sourceName(source, t), n: statement })}</Words>
          </Link>
          {condition && (
            <>
              <br />
              <Code className="small quiet">{condition}</Code>
            </>
          )}
        </div>
      ))}
    </div>
  );
}
