import { Drawer, Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { Command } from '../look/command.tsx';
import { CopyButton } from '../look/copy-button.tsx';
import { CloseIcon } from '../look/icons.tsx';
import { Code, Words } from '../look/name.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { exactTime, type Zone } from '../time.ts';
import css from './audit-page.module.css';
import { type Entry, useEntry } from './entries.ts';
import { entrySentence, partyName, questionOf, reasonWords, targetName } from './words.ts';

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
  const question = questionOf(entry);
  const code = (text: string) => (text === '' ? '' : <Code key={text}>{text}</Code>);
  const words = (text: string) => (text === '' ? '' : <Words key={text}>{text}</Words>);
  const facts = [
    [t('audit.time'), exactTime(entry.requestedTimeEpochMs, zone)],
    [t('audit.actor'), words(partyName(entry.actor, t))],
    [t('audit.api'), code(entry.apiKind)],
    [t('audit.target'), words(targetName(entry, t))],
    [t('audit.outcome'), t(`audit.outcomes.${entry.outcome}`)],
    [t('audit.reason'), words(reasonWords(entry, t))],
    [t('audit.status'), String(entry.statusCode)],
    [t('audit.ip'), code(entry.remoteIpAddress)],
    [t('audit.path'), code(entry.requestPath)],
    [t('audit.userAgent'), code(entry.userAgent)],
    [t('audit.requestId'), code(entry.requestId)],
    [t('audit.sequence'), String(entry.sequence)],
    [t('audit.hash'), code(entry.hash)],
    [t('audit.previousHash'), code(entry.previousHash)],
  ] as const;
  return (
    <div className="stack">
      <p className={css.sentence}>
        <Words>{entrySentence(entry, t)}</Words>
      </p>
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
      <p className={css.links}>
        {question && (
          <Link to="/security/simulate" search={question}>
            {t('audit.why')}
          </Link>
        )}
        <Link to="/logs/audit" search={{ kind: entry.apiKind }}>
          {t('audit.sameKind')}
        </Link>
      </p>
      {question && <p className="quiet small">{t('audit.whyNote')}</p>}
      <p className="quiet small">
        {t('audit.chain')} <Command>audit verify</Command>
      </p>
      <details className={css.more}>
        <summary>{t('audit.raw')}</summary>
        {/* What scrolls has to be reachable by keyboard. */}
        <pre className={css.raw} tabIndex={0}>
          <Code>{raw}</Code>
        </pre>
        <CopyButton text={raw} label={t('action.copyShort')} />
      </details>
    </div>
  );
}
