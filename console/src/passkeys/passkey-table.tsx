import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { Moment } from '../look/facts.tsx';
import { Name } from '../look/name.tsx';
import tableCss from '../look/table.module.css';
import type { Factor } from './factors.ts';

type PasskeyTableProps = {
  passkeys: Factor[];
  onRename: (passkey: Factor) => void;
  onRemove: (passkey: Factor) => void;
};

const columns = ['name', 'registered', 'lastUsed', 'sync', 'action'] as const;

export function PasskeyTable({ passkeys, onRename, onRemove }: PasskeyTableProps) {
  const { t } = useText();
  return (
    <table className={tableCss.table} aria-label={t('passkeys.list')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`passkeys.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {passkeys.map((passkey) => (
          <tr key={passkey.factorId}>
            <th scope="row">{passkey.label ? <Name>{passkey.label}</Name> : t('passkeys.unnamed')}</th>
            <td data-name={t('passkeys.registered')}>
              <Moment at={passkey.activatedAt} />
            </td>
            <td data-name={t('passkeys.lastUsed')}>
              {passkey.lastUsedAt ? <Moment at={passkey.lastUsedAt} /> : t('passkeys.neverUsed')}
            </td>
            <td data-name={t('passkeys.sync')}>{t(passkey.synced ? 'passkeys.synced' : 'passkeys.oneDevice')}</td>
            <td>
              <div className="row">
                <Button
                  variant="default"
                  aria-label={t('passkeys.renameLabel', { name: passkey.label })}
                  onClick={() => onRename(passkey)}
                >
                  {t('passkeys.rename')}
                </Button>
                <Button
                  variant="default"
                  aria-label={t('passkeys.removeLabel', { name: passkey.label })}
                  onClick={() => onRemove(passkey)}
                >
                  {t('passkeys.remove')}
                </Button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
