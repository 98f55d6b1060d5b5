import { Skeleton } from '@mantine/core';
import { Link, lazyRouteComponent } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { type Login, placeName, resultOf } from '../logins/logins.ts';
import { Moment } from '../look/facts.tsx';
import { Line, Lines } from '../look/lines.tsx';
import { StatusWord } from '../look/status-word.tsx';
import { codesState, type MfaState, useMfaStatus } from '../security/mfa-status.ts';
import { useSession } from '../session/session.ts';
import { mailState, type OperatorState, useOverview } from './overview.ts';
import css from './overview-page.module.css';

const OwnWaysBack = lazyRouteComponent(() => import('../ways-back/own-ways-back.tsx'), 'OwnWaysBack');
const OpenResets = lazyRouteComponent(() => import('../assisted/open-resets.tsx'), 'OpenResets');

/** The first page after signing in: what is left to do to keep this account safe. */
export function OverviewPage() {
  const { t } = useText();
  const { data } = useMfaStatus();
  const overview = useOverview();
  return (
    <Page title={t('overview.title')}>
      {data ? <Checklist state={data} operator={overview.data?.operator} /> : <Skeleton height={200} radius={10} />}
      {overview.data?.resets?.length ? <OpenResets resets={overview.data.resets} /> : null}
      <Suspense fallback={<Skeleton height={280} radius={10} />}>
        <OwnWaysBack />
      </Suspense>
      {overview.data?.signIns && <LatestLogins logins={overview.data.signIns} />}
    </Page>
  );
}

function Checklist({ state, operator }: { state: MfaState; operator: OperatorState | undefined }) {
  const { t } = useText();
  const enabled = state.status === 'ACTIVE';
  const { isRoot } = useSession();
  // SAM users have no backup codes.
  const stored = !isRoot || codesState(state) === 'stored';
  return (
    <Card title={t('overview.checklist')}>
      {enabled && stored && (!operator || isWell(operator)) && <p className="quiet">{t('overview.allDone')}</p>}
      <Lines>
        <Item title={t('overview.mfa')} body={t('overview.mfaBody')} done={enabled} to="/security/mfa" />
        {isRoot && (
          <Item
            title={t('overview.codes')}
            body={t(enabled ? 'overview.codesBody' : 'overview.codesLater')}
            done={stored}
            to={enabled ? '/security/mfa' : undefined}
          />
        )}
        {operator && <OperatorItems operator={operator} />}
      </Lines>
    </Card>
  );
}

const isWell = ({ verifiedEmails, usersWithoutMfa, mail }: OperatorState) =>
  verifiedEmails > 1 && usersWithoutMfa.length === 0 && mailState(mail) !== 'failing' && mail.smtp;

/** What the operator rests on, for the root user. */
function OperatorItems({ operator: { verifiedEmails, usersWithoutMfa, mail } }: { operator: OperatorState }) {
  const { t } = useText();
  const state = mailState(mail);
  return (
    <>
      <Item
        title={t('overview.emails')}
        body={t(verifiedEmails > 1 ? 'overview.emailsDone' : 'overview.emailsBody')}
        done={verifiedEmails > 1}
        to="/security/emails"
      />
      <Item
        title={t('overview.users')}
        body={
          usersWithoutMfa.length === 0
            ? t('overview.usersDone')
            : countText('overview.usersWithout', usersWithoutMfa.length)
        }
        done={usersWithoutMfa.length === 0}
        to="/security/users"
      />
      <Item title={t('overview.mail')} body={<MailWords mail={mail} />} done={mail.smtp && state !== 'failing'} />
    </>
  );
}

function MailWords({ mail }: { mail: OperatorState['mail'] }) {
  const { t } = useText();
  const state = mailState(mail);
  const { lastSentAt, lastFailedAt, lastError = '' } = mail;
  return (
    <>
      <span>{t(`overview.mailStates.${state}`)}</span> {state === 'failing' && <code translate="no">{lastError}</code>}{' '}
      {state === 'failing' && lastFailedAt !== undefined && <Moment at={lastFailedAt} />}
      {lastSentAt !== undefined && (
        <span>
          <span>{t('overview.mailSent')}</span> <Moment at={lastSentAt} brief />
        </span>
      )}
    </>
  );
}

function LatestLogins({ logins }: { logins: readonly Login[] }) {
  const { t } = useText();
  return (
    <Card title={t('overview.logins')}>
      <ul className={css.logins}>
        {logins.map((login) => (
          <li key={login.signInId}>
            <StatusWord kind={resultOf(login) === 'success' ? 'well' : 'warn'}>
              {t(`overview.loginResults.${resultOf(login)}`)}
            </StatusWord>
            <Moment at={login.at} brief />
            <span>{placeName(login, t)}</span>
            <code translate="no">{login.sourceIp}</code>
            {login.newDevice && <span className="small">{t('overview.newDevice')}</span>}
          </li>
        ))}
      </ul>
      <p>
        <Link to="/security/logins">{t('overview.allLogins')}</Link>
      </p>
    </Card>
  );
}

type ItemProps = {
  title: string;
  body: ReactNode;
  done: boolean;
  /** The page that deals with it. */
  to?: '/security/mfa' | '/security/emails' | '/security/users' | undefined;
};

function Item({ title, body, done, to }: ItemProps) {
  const { t } = useText();
  return (
    <Line
      title={title}
      body={body}
      state={<StatusWord kind={done ? 'well' : 'wait'}>{t(done ? 'overview.done' : 'overview.todo')}</StatusWord>}
      action={
        to && (
          <Link to={to} aria-label={`${t(done ? 'overview.review' : 'overview.set')}: ${title}`}>
            {t(done ? 'overview.review' : 'overview.set')}
          </Link>
        )
      }
    />
  );
}
