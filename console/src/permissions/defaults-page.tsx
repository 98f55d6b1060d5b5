import '../locales/later.ts';
import { Skeleton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { deleteDefaultPermissions, updateDefaultPermissions } from '@warifu/contract';
import { call } from '../api.ts';
import { Card, Page } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { useUsers } from '../users/users.ts';
import { readAnew, rereadOnConflict } from './conflict.ts';
import { FailureNotice } from './failure-notice.tsx';
import { GuardedButton } from './guarded-button.tsx';
import { PermissionEditor } from './permission-editor.tsx';
import { defaultsKey, useDefaults } from './permissions.ts';

const route = getRouteApi('/security/default-permissions');

/** The permission that every SAM user has. */
export function DefaultsPage() {
  const { t } = useText();
  const { operatorId } = useSession();
  const { dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useDefaults();
  const users = useUsers();
  const affects = users.data ? countText('defaults.affects', users.data.length) : undefined;
  const refresh = () => queries.invalidateQueries({ queryKey: defaultsKey });
  const close = () => navigate({ search: {}, replace: true });
  const save = async (permissions: string, ifMatch: string | undefined) => {
    await call(updateDefaultPermissions, { operator_id: operatorId, permissions }, { ifMatch });
    await refresh();
    showOutcome('defaults.saved');
    focusPageTitle();
  };
  const remove = async () => {
    const send = () => call(deleteDefaultPermissions, { operator_id: operatorId }, { ifMatch: data?.tag });
    await rereadOnConflict(send, refresh);
    await refresh();
    await close();
    showOutcome('defaults.deleted');
  };
  return (
    <Page title={t('defaults.title')} lead={t('defaults.lead')}>
      {isPending && <Skeleton height={320} radius={10} />}
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {data !== undefined && (
        <Card title={t('roles.permission')}>
          {affects && (
            <Notice tone="warn">
              <p>{affects}</p>
            </Notice>
          )}
          <PermissionEditor
            endpoint={updateDefaultPermissions}
            saved={data}
            affects={affects}
            onSave={save}
            latest={() => readAnew(refetch)}
          />
          {data.text !== '' && (
            <div>
              <GuardedButton
                endpoint={deleteDefaultPermissions}
                variant="default"
                onClick={() => navigate({ search: { dialog: 'delete' } })}
              >
                {t('defaults.delete')}
              </GuardedButton>
            </div>
          )}
        </Card>
      )}
      <ConfirmDialog
        title={t('defaults.delete')}
        body={[t('defaults.deleteBody')]}
        submit={t('defaults.deleteSubmit')}
        opened={dialog === 'delete'}
        onClose={close}
        send={remove}
      />
    </Page>
  );
}
