import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { accountName, useSession } from '../session/session.ts';
import type { AuthKey } from '../users/users.ts';
import { KeyTable } from './key-table.tsx';
import { NewKeyDialog } from './new-key-dialog.tsx';
import type { KeyOwner } from './owner.ts';

type KeysCardProps = {
  owner: KeyOwner;
  keys: AuthKey[] | undefined;
  error: unknown;
  generating: boolean;
  /** The key that the person is asked about. */
  deleting: string | undefined;
  onGenerate: () => void;
  onDelete: (authKeyId: string) => void;
  onClose: () => void;
};

/** The auth keys of one user: what programs sign in with. */
export function KeysCard({ owner, keys, error, generating, deleting, onGenerate, onDelete, onClose }: KeysCardProps) {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: owner.queryKey });
  const remove = async () => {
    if (deleting) await owner.remove(deleting);
    await refresh();
    onClose();
    showOutcome('keys.deleted');
    focusPageTitle();
  };
  return (
    <Card id="keys" title={t('keys.title')}>
      <p className="quiet small">{t('keys.skipsMfa')}</p>
      {Boolean(error) && <FailureNotice error={error} userName={owner.userName} />}
      {!keys && !error && <Skeleton height={60} />}
      {keys && keys.length > 0 && <KeyTable keys={keys} owner={owner} onDelete={onDelete} />}
      {keys?.length === 0 && (
        <div>
          <p>{t('keys.none')}</p>
          <p className="quiet">{t('keys.noneBody')}</p>
        </div>
      )}
      <div>
        <GuardedButton
          endpoint={owner.generateEndpoint}
          userName={owner.userName}
          variant={keys?.length === 0 ? 'filled' : 'default'}
          onClick={onGenerate}
        >
          {t('keys.generate')}
        </GuardedButton>
      </div>
      <NewKeyDialog
        owner={owner}
        name={owner.userName || accountName(session)}
        opened={generating}
        onClose={onClose}
        onGenerated={refresh}
      />
      <ConfirmDialog
        title={t('keys.deleteTitle')}
        body={[t('keys.deleteBody', { id: named(deleting ?? '') })]}
        submit={t('keys.deleteSubmit')}
        opened={deleting !== undefined}
        onClose={onClose}
        send={remove}
      />
    </Card>
  );
}
