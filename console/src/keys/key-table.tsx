import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { Moment } from '../look/facts.tsx';
import { Code } from '../look/name.tsx';
import tableCss from '../look/table.module.css';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import type { AuthKey } from '../users/users.ts';
import type { KeyOwner } from './owner.ts';

type KeyTableProps = { keys: AuthKey[]; owner: KeyOwner; onDelete: (authKeyId: string) => void };

const columns = ['id', 'created', 'lastUsed', 'action'] as const;

export function KeyTable({ keys, owner, onDelete }: KeyTableProps) {
  const { t } = useText();
  return (
    <table className={tableCss.table} aria-label={t('keys.tableLabel')}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {t(`keys.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {keys.map(({ authKeyId, createDateTime, lastUsedDateTime }) => (
          <tr key={authKeyId}>
            <th scope="row">
              <Code>{authKeyId}</Code>
              <CopyButton text={authKeyId} label={t('keys.copyId')} iconOnly />
            </th>
            <td data-name={t('keys.created')}>
              <Moment at={createDateTime * 1000} />
            </td>
            <td data-name={t('keys.lastUsed')}>
              {lastUsedDateTime ? <Moment at={lastUsedDateTime * 1000} /> : t('keys.neverUsed')}
            </td>
            <td>
              <GuardedButton
                endpoint={owner.removeEndpoint}
                userName={owner.userName}
                variant="default"
                label={t('keys.deleteLabel', { id: authKeyId })}
                onClick={() => onDelete(authKeyId)}
              >
                {t('keys.delete')}
              </GuardedButton>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
