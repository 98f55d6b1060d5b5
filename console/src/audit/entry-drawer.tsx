import { Drawer, Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { CloseIcon } from '../look/icons.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { exactTime, type Zone } from '../time.ts';
import css from './audit-page.module.css';
import { type Entry, useEntry } from './entries.ts';
import { entrySentence, partyName } from './words.ts';

type EntryDrawerProps = { sequence: number | undefined; known: Entry[]; zone: Zone; onClose: () => void };

/** One entry with all that was kept of it; it has an address, whether or not it is in the list that is loaded. */
export function EntryDrawer({ sequence, known, zone, onClose }: EntryDrawerProps) {
  const { t } = useText();
  const entry = known.find((one) => one.sequence === sequence);
  return (
    <Drawer
      opened={sequence !== undefined}
      onClose={onClose}
      position="right"
      size="34rem"
      title={t('audit.detail')}
      classNames={{ title: css.title, content: css.content, header: css.content }}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': t('action.close'), size: 40, icon: <CloseIcon /> }}
    >
      {entry && <Detail entry={entry} zone={zone} />}
      {!entry && sequence !== undefined && <Fetched sequence={sequence} zone={zone} />}
    </Drawer>
  );
}

function Fetched({ sequence, zone }: { sequence: number; zone: Zone }) {
  const { t } = useText();
  const { data, error } = useEntry(sequence);
  if (error) return <FailureNotice error={error} />;
  if (data === undefined) return <Skeleton height={300} />;
  return data ? <Detail entry={data} zone={zone} /> : <p>{t('audit.missing')}</p>;
}

function Detail({ entry, zone }: { entry: Entry; zone: Zone }) {
  const { t } = useText();
  const raw = JSON.stringify(entry, null, 2);
  const facts = [
    [t('audit.time'), exactTime(entry.requestedTimeEpochMs, zone)],
    [t('audit.actor'), partyName(entry.actor, t)],
    [
      t('audit.api'),
      <code translate="no" key="api">
        {entry.apiKind}
      </code>,
    ],
    [t('audit.target'), partyName(entry.target, t)],
    [t('audit.outcome'), t(`audit.outcomes.${entry.outcome}`)],
    [t('audit.reason'), entry.reason],
    [t('audit.status'), String(entry.statusCode)],
    [t('audit.ip'), entry.remoteIpAddress],
    [t('audit.path'), entry.requestPath],
    [t('audit.userAgent'), entry.userAgent],
    [t('audit.requestId'), entry.requestId],
    [t('audit.sequence'), String(entry.sequence)],
    [
      t('audit.hash'),
      <code translate="no" key="hash">
        {entry.hash}
      </code>,
    ],
    [
      t('audit.previousHash'),
      <code translate="no" key="previous">
        {entry.previousHash}
      </code>,
    ],
  ] as const;
  return (
    <div className="stack">
      <p className={css.sentence}>{entrySentence(entry, t)}</p>
      <dl className={css.facts}>
        {facts.map(([name, value]) =>
          value === '' ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <p className="row">
        <Link to="/logs/audit" search={{ kind: entry.apiKind }}>
          {t('audit.sameKind')}
        </Link>
        {entry.userName && (
          <Link to="/security/simulate" search={simulation(entry)}>
            {t('audit.simulate')}
          </Link>
        )}
      </p>
      <p className="quiet small">
        {t('audit.chain')} <code translate="no">warifu audit verify</code>
      </p>
      <details className={css.more}>
        <summary>{t('audit.raw')}</summary>
        {/* What scrolls has to be reachable by keyboard. */}
        <pre className={css.raw} tabIndex={0}>
          <code translate="no">{raw}</code>
        </pre>
        <CopyButton text={raw} label={t('action.copyShort')} />
      </details>
    </div>
  );
}

function simulation({ userName, apiKind, remoteIpAddress, requestedTimeEpochMs }: Entry) {
  const ip = remoteIpAddress ? { ip: remoteIpAddress } : {};
  return { user: userName, api: apiKind, at: requestedTimeEpochMs, ...ip };
}
