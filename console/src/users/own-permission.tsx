import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { deleteUserPermission, updateUserPermission } from '@warifu/contract';
import { call } from '../api.ts';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { readAnew, rereadOnConflict } from '../permissions/conflict.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { PermissionEditor } from '../permissions/permission-editor.tsx';
import { useOwnPermission } from '../permissions/permissions.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from './users.ts';

type OwnPermissionProps = { userName: string; deleting: boolean; onDelete: () => void; onClose: () => void };

/** The permission of this user alone. */
export function OwnPermission({ userName, deleting, onDelete, onClose }: OwnPermissionProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useOwnPermission(userName);
  const user = { operator_id: operatorId, user_name: userName };
  const refresh = () => queries.invalidateQueries({ queryKey: usersKey });
  const save = async (permission: string, ifMatch: string | undefined) => {
    await call(updateUserPermission, { ...user, permission }, { ifMatch });
    await refresh();
    showOutcome('permissions.saved');
    focusPageTitle();
  };
  const remove = async () => {
    await rereadOnConflict(() => call(deleteUserPermission, user, { ifMatch: data?.tag }), refresh);
    await refresh();
    onClose();
    showOutcome('permissions.deleted');
  };
  return (
    <Card title={t('permissions.direct')}>
      <p className="quiet">{t('permissions.directBody')}</p>
      {isPending && <Skeleton height={300} radius={6} />}
      {error && <FailureNotice error={error} userName={userName} onRetry={refetch} />}
      {data !== undefined && (
        <PermissionEditor
          endpoint={updateUserPermission}
          userName={userName}
          saved={data}
          onSave={save}
          latest={() => readAnew(refetch)}
        />
      )}
      {data?.text && (
        <div>
          <GuardedButton endpoint={deleteUserPermission} userName={userName} variant="default" onClick={onDelete}>
            {t('permissions.delete')}
          </GuardedButton>
        </div>
      )}
      <ConfirmDialog
        title={t('permissions.deleteTitle')}
        body={[t('permissions.deleteBody', { name: named(userName) })]}
        submit={t('permissions.deleteSubmit')}
        opened={deleting}
        onClose={onClose}
        send={remove}
      />
    </Card>
  );
}
