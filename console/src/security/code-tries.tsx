import { useQuery } from '@tanstack/react-query';
import { listBackupCodeTries, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Code } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { useSession } from '../session/session.ts';
import { browserName } from './browser-name.ts';
import { mfaKey } from './mfa-status.ts';

type Try = ReplyOf<typeof listBackupCodeTries>[number];

/** When and from where backup codes were used or tried; nothing while none was. */
export function CodeTries() {
  const { t } = useText();
  const { operatorId } = useSession();
  const { data = [] } = useQuery({
    queryKey: [...mfaKey, 'tries', operatorId],
    queryFn: async () => (await call(listBackupCodeTries, { operator_id: operatorId })).reply,
  });
  if (data.length === 0) return null;
  const columns = ['at', 'outcome', 'set', 'ip', 'browser'] as const;
  return (
    <Card title={t('tries.title')}>
      <p>{t('tries.lead')}</p>
      <table className={tableCss.table} aria-label={t('tries.title')}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`tries.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.map((one) => (
            <Row key={`${one.at} ${one.sourceIp} ${one.outcome}`} {...one} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Row({ at, outcome, setNumber, sourceIp, userAgent }: Try) {
  const { t } = useText();
  return (
    <tr>
      <th scope="row">
        <Moment at={at} />
      </th>
      <td data-name={t('tries.outcome')}>
        <StatusWord kind={outcome === 'used' || outcome === 'rehearsed' ? 'well' : 'warn'}>
          {t(`tries.outcomes.${outcome}`)}
        </StatusWord>
      </td>
      <td data-name={t('tries.set')}>{setNumber}</td>
      <td data-name={t('tries.ip')}>
        <Code>{sourceIp}</Code>
      </td>
      <td data-name={t('tries.browser')} title={userAgent}>
        {browserName(userAgent) ?? userAgent}
      </td>
    </tr>
  );
}
