import { VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import css from './audit-page.module.css';
import type { Entry } from './entries.ts';
import type { AuditSearch } from './routes.ts';
import { partyName } from './words.ts';

const columns = ['time', 'actor', 'api', 'target', 'outcome', 'ip'] as const;
const kinds = { success: 'well', failure: 'warn', refused: 'warn' } as const;

export function AuditTable({ entries, search }: { entries: Entry[]; search: AuditSearch }) {
  const { t } = useText();
  return (
    <table className={`${tableCss.table} ${css.table}`} aria-label={t('audit.table')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`audit.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.sequence} entry={entry} search={search} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, search }: { entry: Entry; search: AuditSearch }) {
  const { t } = useText();
  const zone = search.zone ?? 'local';
  const { sequence, requestedTimeEpochMs: at, apiKind, actor, target, outcome, remoteIpAddress } = entry;
  return (
    <tr>
      <th scope="row">
        <Link to="/logs/audit" search={{ ...search, event: sequence }} resetScroll={false}>
          <Moment at={at} zone={zone} />
          <VisuallyHidden>{apiKind}</VisuallyHidden>
        </Link>
      </th>
      <td data-name={t('audit.actor')}>{partyName(actor, t)}</td>
      <td data-name={t('audit.api')}>
        <code translate="no">{apiKind}</code>
      </td>
      <td data-name={t('audit.target')}>{partyName(target, t) || '–'}</td>
      <td data-name={t('audit.outcome')}>
        <StatusWord kind={kinds[outcome]}>{t(`audit.outcomes.${outcome}`)}</StatusWord>
      </td>
      <td data-name={t('audit.ip')}>
        <code translate="no">{remoteIpAddress || '–'}</code>
      </td>
    </tr>
  );
}
