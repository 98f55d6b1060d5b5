import { Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { deleteUserTrustPolicy, getUserTrustPolicy, updateUserTrustPolicy } from '@warifu/contract';
import { lazy } from 'react';
import { call } from '../api.ts';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { readAnew, rereadOnConflict } from '../permissions/conflict.ts';
import type { Saved } from '../permissions/editor/draft.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { EditorFrame } from '../permissions/permission-editor.tsx';
import { PermissionText } from '../permissions/permission-text.tsx';
import { read } from '../permissions/use-refusal.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from './users.ts';

const TrustDocument = lazy(async () => ({
  default: (await import('../permissions/editor/trust-document.tsx')).TrustDocument,
}));
const route = getRouteApi('/security/users/$userName/trust-policy');

/** Who may switch to this user without its password. */
export function UserTrust() {
  const { t } = useText();
  const { userName } = route.useParams();
  const { dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch, user, finish } = useTrust(userName, () =>
    navigate({ search: {}, replace: true }),
  );
  return (
    <Card title={t('trust.title')}>
      <p>{t('trust.body')}</p>
      <p className="quiet small">{t('trust.limits')}</p>
      {isPending && <Skeleton height={160} />}
      {error && <FailureNotice error={error} userName={userName} onRetry={refetch} />}
      {data !== undefined && (
        <EditorFrame
          endpoint={updateUserTrustPolicy}
          userName={userName}
          reading={
            data.text === '' ? <p>{t('trust.none')}</p> : <PermissionText text={data.text} label="trust.readOnly" />
          }
        >
          <TrustDocument
            userName={userName}
            saved={data}
            latest={() => readAnew(refetch)}
            onSave={async (trustPolicy, ifMatch) => {
              await call(updateUserTrustPolicy, { ...user, trustPolicy }, { ifMatch });
              await finish('trust.saved');
            }}
          />
        </EditorFrame>
      )}
      {data?.text && (
        <div>
          <GuardedButton
            endpoint={deleteUserTrustPolicy}
            userName={userName}
            variant="default"
            onClick={() => navigate({ search: { dialog: 'delete' } })}
          >
            {t('trust.delete')}
          </GuardedButton>
        </div>
      )}
      <ConfirmDialog
        title={t('trust.delete')}
        body={[t('trust.deleteBody', { name: named(userName) })]}
        submit={t('trust.deleteSubmit')}
        opened={dialog === 'delete'}
        onClose={() => navigate({ search: {}, replace: true })}
        send={async () => {
          const remove = () => call(deleteUserTrustPolicy, user, { ifMatch: data?.tag });
          await rereadOnConflict(remove, refetch);
          await finish('trust.deleted');
        }}
      />
    </Card>
  );
}

/** The stored text, and what comes after it was changed. */
function useTrust(userName: string, close: () => Promise<void>) {
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const user = { operator_id: operatorId, user_name: userName };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...usersKey, 'trust', userName],
    queryFn: async ({ client }): Promise<Saved> => {
      const { reply, tag } = await read(client, getUserTrustPolicy, { user_name: userName });
      return { text: reply.trustPolicy, tag };
    },
  });
  const finish = async (text: 'trust.saved' | 'trust.deleted') => {
    await queries.invalidateQueries({ queryKey: usersKey });
    await close();
    showOutcome(text);
    focusPageTitle();
  };
  return { data, error, isPending, refetch, user, finish };
}
