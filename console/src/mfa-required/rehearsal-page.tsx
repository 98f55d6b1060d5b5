import '../locales/later.ts';
import { NativeSelect, Skeleton } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { PickField, type PickFieldProps } from '../fields/pick-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Name, Words } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { builtInOwner, useRoles } from '../permissions/permissions.ts';
import css from '../permissions/simulate.module.css';
import { UserField } from '../permissions/user-field.tsx';
import { ListedLevel } from '../ways-back/level-word.tsx';
import { type Helper, needsName, type Rehearsed, type Rule, ruleWords, useRehearsal } from './requirements.ts';

const route = getRouteApi('/security/mfa-rehearsal');

/** Whom it would touch if MFA were required now: who would be locked out, who has a way back, who can help. */
export function RehearsalPage() {
  const { t } = useText();
  const asked = route.useSearch();
  const { data, error, isLoading, refetch } = useRehearsal(asked);
  return (
    <Page title={t('rehearsal.title')} lead={t('rehearsal.lead')}>
      <Card>
        <Question key={`${asked.rule} ${asked.name ?? ''}`} asked={asked} />
      </Card>
      {isLoading && <Skeleton height={200} radius={10} />}
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {data && <Card>{data.users.length === 0 ? <p>{t('rehearsal.none')}</p> : <Users users={data.users} />}</Card>}
      {data && data.helpers.length > 0 && <Helpers helpers={data.helpers} />}
    </Page>
  );
}

const ruleNames = ['sam_users', 'root', 'role', 'user'] as const;

function Question({ asked }: { asked: Rule }) {
  const { t } = useText();
  const navigate = route.useNavigate();
  const { field, set, values, busy, frame } = useSubmit({
    initial: { rule: asked.rule as string, name: asked.name ?? '' },
    check: { name: (typed) => (needsName(rule) ? filled(t, t(`rehearsal.${rule as 'role'}`))(typed) : null) },
    send: async ({ name }) => navigate({ search: { rule, ...(needsName(rule) && { name: name.trim() }) } }),
  });
  const rule = values.rule as Rule['rule'];
  const change = (name: string) => set('name', name);
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <NativeSelect
          {...field('rule')}
          onChange={(event) => {
            set('rule', event.currentTarget.value);
            set('name', '');
          }}
          size="md"
          label={t('rehearsal.rule')}
          data={ruleNames.map((value) => ({ value, label: t(`rehearsal.ruleNames.${value}`) }))}
        />
        {rule === 'user' && <UserField {...field('name')} label={t('rehearsal.user')} onChange={change} />}
        {rule === 'role' && <RoleField {...field('name')} label={t('rehearsal.role')} onChange={change} />}
      </div>
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('rehearsal.submit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}

/** One of the operator's own roles, by its ID. */
function RoleField(field: PickFieldProps) {
  const { data } = useRoles();
  const own = data?.filter(({ owner }) => owner !== builtInOwner);
  return <PickField {...field} choices={own?.map(({ roleId, roleName }) => ({ value: roleId, label: roleName }))} />;
}

const kinds = { ready: 'well', enrols: 'wait', 'locked out': 'warn', 'programs only': 'well' } as const;
const order = ['locked out', 'enrols', 'ready', 'programs only'] as const;
const columns = [
  'rehearsal.who',
  'rehearsal.standing',
  'waysBack.column',
  'rehearsal.lastSignIn',
  'rehearsal.bound',
] as const;

function Users({ users }: { users: readonly Rehearsed[] }) {
  const { t } = useText();
  const rows = users.toSorted((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing));
  return (
    <table className={tableCss.table} aria-label={t('rehearsal.table')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((user) => (
          <Row key={user.userName} user={user} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ user: { userName, standing, wayBack, lastSignInAt, bound } }: { user: Rehearsed }) {
  const { t } = useText();
  return (
    <tr>
      <th scope="row">
        <Who userName={userName} />
      </th>
      <td data-name={t('rehearsal.standing')}>
        <div className="stack-tight">
          <div>
            <StatusWord kind={kinds[standing]}>{t(`rehearsal.standings.${standing}`)}</StatusWord>
          </div>
          <span className="quiet small">{t(`rehearsal.why.${standing}`)}</span>
          {standing === 'locked out' && userName !== '' && (
            <Link to="/security/users/$userName/authentication" params={{ userName }}>
              {t('rehearsal.givePassword')}
            </Link>
          )}
        </div>
      </td>
      <td data-name={t('waysBack.column')}>{wayBack ? <ListedLevel level={wayBack} /> : '–'}</td>
      <td data-name={t('rehearsal.lastSignIn')}>
        {lastSignInAt === undefined ? t('rehearsal.never') : <Moment at={lastSignInAt} brief />}
      </td>
      <td data-name={t('rehearsal.bound')}>
        {bound ? (
          <div className="stack-tight">
            <span>
              <Words>{ruleWords(t, bound)}</Words>
            </span>
            <Moment at={bound.from} brief />
          </div>
        ) : (
          t('rehearsal.notBound')
        )}
      </td>
    </tr>
  );
}

function Who({ userName }: { userName: string }) {
  const { t } = useText();
  if (userName === '') return t('rehearsal.root');
  return (
    <Link to="/security/users/$userName" params={{ userName }}>
      <Name>{userName}</Name>
    </Link>
  );
}

function Helpers({ helpers }: { helpers: readonly Helper[] }) {
  const { t } = useText();
  return (
    <Card title={t('rehearsal.helpers')}>
      <p className="quiet">{t('rehearsal.helpersLead')}</p>
      <ul className="stack-tight">
        {helpers.map(({ userName, allowed, mfaActive }) => (
          <li key={userName}>
            <span className="row">
              <span>
                <Who userName={userName} />
              </span>
              {!mfaActive && <StatusWord kind="warn">{t('rehearsal.withoutMfa')}</StatusWord>}
              {allowed === 'sometimes' && <span className="quiet small">{t('rehearsal.sometimes')}</span>}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
