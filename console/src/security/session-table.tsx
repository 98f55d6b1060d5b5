import { endSession } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { type Translate, useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Code } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import type { Zone } from '../time.ts';
import { browserName } from './browser-name.ts';
import { methodWord } from './method-words.ts';
import css from './sessions-page.module.css';
import type { SessionRow } from './sessions-page.tsx';

type SessionTableProps = { rows: SessionRow[]; zone: Zone; onEnded: () => void };

/** On narrow screens each row becomes a card with its columns' names. */
export function SessionTable({ rows, zone, onEnded }: SessionTableProps) {
  const { t } = useText();
  const columns = ['browser', 'ip', 'started', 'lastUsed', 'method', 'action'] as const;
  return (
    <table className={tableCss.table} aria-label={t('sessions.tableLabel')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`sessions.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.sessionId} row={row} zone={zone} onEnded={onEnded} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, zone, onEnded }: { row: SessionRow; zone: Zone; onEnded: () => void }) {
  const { t } = useText();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(endSession, { session_id: row.sessionId });
      onEnded();
    },
  });
  const name = nameOf(row, t);
  return (
    <tr className={busy ? css.ending : undefined}>
      <th scope="row" title={row.userAgent}>
        {name}
        {row.current && (
          <span className={css.here}>
            <StatusWord kind="well">{t('sessions.here')}</StatusWord>
          </span>
        )}
      </th>
      <td data-name={t('sessions.ip')}>
        <Code>{row.sourceIp}</Code>
      </td>
      <td data-name={t('sessions.started')}>
        <Moment at={row.createdAt} zone={zone} />
      </td>
      <td data-name={t('sessions.lastUsed')}>
        <Moment at={row.lastUsedAt} zone={zone} />
      </td>
      <td data-name={t('sessions.method')}>{methodOf(row, t)}</td>
      <td className={css.end}>
        {!row.current && (
          <FormFrame state={frame}>
            <SubmitButton
              variant="default"
              busy={busy}
              busyText={t('action.working')}
              aria-label={t('sessions.endLabel', { name, ip: row.sourceIp })}
            >
              {t('sessions.end')}
            </SubmitButton>
          </FormFrame>
        )}
      </td>
    </tr>
  );
}

function nameOf({ kind, userAgent }: SessionRow, t: Translate): string {
  const browser = browserName(userAgent);
  if (browser) return browser;
  if (kind === 'api') return t('sessions.api');
  return userAgent.slice(0, 40) || t('sessions.unknown');
}

function methodOf({ authMethod }: SessionRow, t: Translate): string {
  return methodWord(authMethod, t) ?? authMethod;
}
