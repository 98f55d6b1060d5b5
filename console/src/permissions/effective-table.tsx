import { Link } from '@tanstack/react-router';
import { explainPermission } from '@warifu/contract';
import type { Reaching } from '@warifu/policy';
import { useText } from '../language.ts';
import { Code, Words } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { useSession } from '../session/session.ts';
import css from './effective.module.css';
import type { EffectiveRow } from './effective-rows.ts';
import { originName } from './sources.ts';
import { useRefusal } from './use-refusal.ts';

const kinds = { always: 'well', sometimes: 'wait', free: 'well', never: 'off', root: 'off' } as const;

export function EffectiveTable({ userName, rows }: { userName: string; rows: EffectiveRow[] }) {
  const { t } = useText();
  const { refusal } = useRefusal(explainPermission, {});
  const mayAsk = useSession().userName === userName || !refusal;
  return (
    <table className={`${tableCss.table} ${css.table}`} aria-label={t('effective.table')}>
      <thead>
        <tr>
          <th scope="col">{t('effective.api')}</th>
          <th scope="col">{t('effective.verdict')}</th>
          <th scope="col">{t('effective.from')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">
              {mayAsk ? (
                <Link
                  to="/security/simulate"
                  search={{ user: userName, api: row.name }}
                  aria-label={t('effective.simulate', { api: row.name })}
                >
                  <Code>{row.name}</Code>
                </Link>
              ) : (
                <Code>{row.name}</Code>
              )}
            </th>
            <td data-name={t('effective.verdict')}>
              <StatusWord kind={kinds[row.verdict]}>{t(`effective.verdicts.${row.verdict}`)}</StatusWord>
            </td>
            <td data-name={t('effective.from')}>
              <Reasons row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Reasons({ row: { verdict, allowedBy, deniedBy } }: { row: EffectiveRow }) {
  const { t } = useText();
  if (verdict === 'free' || verdict === 'root')
    return <span className="quiet">{t(`effective.because.${verdict}`)}</span>;
  if (allowedBy.length + deniedBy.length === 0) return <span className="quiet">{t('effective.nothing')}</span>;
  return (
    <ul className={css.reasons}>
      {deniedBy.map((by) => (
        <Reason key={keyOf(by)} by={by} effect="denied" />
      ))}
      {allowedBy.map((by) => (
        <Reason key={keyOf(by)} by={by} effect="allowed" />
      ))}
    </ul>
  );
}

function keyOf({ from, statement }: Reaching): string {
  return `${from.kind}-${from.kind === 'role' ? from.name : ''}-${statement}`;
}

function Reason({ by, effect }: { by: Reaching; effect: 'allowed' | 'denied' }) {
  const { t } = useText();
  const words = t(`effective.${effect}`, { source: originName(by.from, t), n: by.statement });
  return (
    <li>
      {by.from.kind === 'role' ? (
        <Link to="/security/roles/$roleId" params={{ roleId: by.from.name }}>
          <Words>{words}</Words>
        </Link>
      ) : (
        <Words>{words}</Words>
      )}
      {by.condition && <Code className={css.condition}>{by.condition}</Code>}
    </li>
  );
}
