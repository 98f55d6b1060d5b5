import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { StatusWord } from '../look/status-word.tsx';
import { codesState, type MfaState, useMfaStatus } from '../security/mfa-status.ts';
import { useSession } from '../session/session.ts';
import css from './overview-page.module.css';

/** The first page after signing in: what is left to do to keep this account safe. */
export function OverviewPage() {
  const { t } = useText();
  const { data } = useMfaStatus();
  return (
    <Page title={t('overview.title')}>
      {data ? <Checklist state={data} /> : <Skeleton height={200} radius={10} />}
      <Card title={t('overview.wayBack')}>
        <p>{t('overview.wayBackBody')}</p>
        <p>
          <a href="/help/login">{t('overview.wayBackLink')}</a>
        </p>
      </Card>
    </Page>
  );
}

function Checklist({ state }: { state: MfaState }) {
  const { t } = useText();
  const enabled = state.status === 'ACTIVE';
  const { isRoot } = useSession();
  // SAM users have no backup codes.
  const stored = !isRoot || codesState(state) === 'stored';
  return (
    <Card title={t('overview.checklist')}>
      {enabled && stored && <p className="quiet">{t('overview.allDone')}</p>}
      <ul className={css.list}>
        <Item title={t('overview.mfa')} body={t('overview.mfaBody')} done={enabled} action />
        {isRoot && (
          <Item
            title={t('overview.codes')}
            body={t(enabled ? 'overview.codesBody' : 'overview.codesLater')}
            done={stored}
            action={enabled}
          />
        )}
      </ul>
    </Card>
  );
}

function Item({ title, body, done, action }: { title: string; body: string; done: boolean; action: boolean }) {
  const { t } = useText();
  return (
    <li className={css.item}>
      <div>
        <h3>{title}</h3>
        <p className="quiet">{body}</p>
      </div>
      <StatusWord kind={done ? 'well' : 'wait'}>{t(done ? 'overview.done' : 'overview.todo')}</StatusWord>
      {action && (
        <Link
          to="/security/mfa"
          className={css.action}
          aria-label={`${t(done ? 'overview.review' : 'overview.set')}: ${title}`}
        >
          {t(done ? 'overview.review' : 'overview.set')}
        </Link>
      )}
    </li>
  );
}
