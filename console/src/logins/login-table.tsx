import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { StatusWord } from '../look/status-word.tsx';
import tableCss from '../look/table.module.css';
import { exactTime, type Zone } from '../time.ts';
import { canDisown, type Login, methodName, nameOfSrn, placeName, resultOf } from './logins.ts';

type LoginTableProps = {
  logins: readonly Login[];
  zone: Zone;
  /** Left out where it is not one's own history. */
  onDisown?: ((signInId: string) => void) | undefined;
};

const columns = ['time', 'result', 'method', 'ip', 'browser'] as const;

export function LoginTable({ logins, zone, onDisown }: LoginTableProps) {
  const { t } = useText();
  return (
    <table className={tableCss.table} aria-label={t('logins.tableLabel')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`logins.${column}`)}
            </th>
          ))}
          {onDisown && <th scope="col">{t('sessions.action')}</th>}
        </tr>
      </thead>
      <tbody>
        {logins.map((login) => (
          <Row key={login.signInId} login={login} zone={zone} onDisown={onDisown} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ login, zone, onDisown }: Omit<LoginTableProps, 'logins'> & { login: Login }) {
  const { t } = useText();
  return (
    <tr>
      <th scope="row">
        <Moment at={login.at} zone={zone} />
      </th>
      <td data-name={t('logins.result')}>
        <Result login={login} />
      </td>
      <td data-name={t('logins.method')}>
        <Method login={login} />
      </td>
      <td data-name={t('logins.ip')}>
        <code translate="no">{login.sourceIp}</code>
      </td>
      <td data-name={t('logins.browser')} title={login.userAgent}>
        {placeName(login, t)}
      </td>
      {onDisown && (
        <td>
          {canDisown(login) && (
            <Button
              variant="default"
              aria-label={t('logins.disownLabel', { time: exactTime(login.at, zone), ip: login.sourceIp })}
              onClick={() => onDisown(login.signInId)}
            >
              {t('logins.disown')}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}

function Result({ login }: { login: Login }) {
  const { t } = useText();
  const result = resultOf(login);
  const kinds = { success: 'well', codeFailed: 'warn', failed: 'off', refused: 'off' } as const;
  return (
    <>
      <StatusWord kind={kinds[result]}>{t(`overview.loginResults.${result}`)}</StatusWord>
      {login.current && <div className="small">{t('logins.current')}</div>}
      {login.newDevice && <div className="small">{t('overview.newDevice')}</div>}
    </>
  );
}

function Method({ login }: { login: Login }) {
  const { t } = useText();
  const { authKeyId, switchedBy } = login;
  return (
    <>
      {methodName(login, t)}
      {authKeyId && (
        <div>
          <code translate="no" className="small">
            {authKeyId}
          </code>
        </div>
      )}
      {switchedBy && (
        <div className="small" translate="no">
          {nameOfSrn(switchedBy) ?? t('account.root')}
        </div>
      )}
    </>
  );
}
