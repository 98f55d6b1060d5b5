import { VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Code, Words } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import css from './audit-page.module.css';
import type { Entry } from './entries.ts';
import type { AuditSearch } from './search.ts';
import { entrySentence } from './words.ts';

const columns = ['time', 'what', 'outcome', 'ip'] as const;
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
  const { sequence, requestedTimeEpochMs: at, apiKind, outcome, remoteIpAddress } = entry;
  return (
    <tr>
      <th scope="row">
        <Link to="/logs/audit" search={{ ...search, event: sequence }} resetScroll={false}>
          <Moment at={at} zone={zone} />
          <VisuallyHidden>
            <Code>{apiKind}</Code>
          </VisuallyHidden>
        </Link>
      </th>
      <td data-name={t('audit.what')} className={css.what}>
        <span>
          <Words>{entrySentence(entry, t)}</Words>
        </span>
        <Code className={css.kind}>{apiKind}</Code>
      </td>
      <td data-name={t('audit.outcome')}>
        <StatusWord kind={kinds[outcome]}>{t(`audit.outcomes.${outcome}`)}</StatusWord>
      </td>
      <td data-name={t('audit.ip')}>
        {remoteIpAddress === '' ? '–' : <Code className={css.ip}>{remoteIpAddress}</Code>}
      </td>
    </tr>
  );
}
