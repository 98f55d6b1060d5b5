import { Button, Skeleton, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { deleteUserTrustPolicy, getUserTrustPolicy, updateUserTrustPolicy } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, focusPageTitle } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { showOutcome } from '../outcome.tsx';
import { UnsavedGuard } from '../permissions/editor/unsaved-guard.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { NoPermission } from '../permissions/no-permission.tsx';
import { PermissionText } from '../permissions/permission-text.tsx';
import { useAllowed } from '../permissions/use-allowed.ts';
import { useSession } from '../session/session.ts';
import css from './user-trust.module.css';
import { usersKey } from './users.ts';

const route = getRouteApi('/security/users/$userName/trust-policy');

/** Who may switch to this user without its password. */
export function UserTrust() {
  const { t } = useText();
  const { operatorId } = useSession();
  const { userName } = route.useParams();
  const { dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const user = { operator_id: operatorId, user_name: userName };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [...usersKey, 'trust', userName],
    queryFn: async () => (await call(getUserTrustPolicy, user)).reply.trustPolicy,
  });
  const close = () => navigate({ search: {}, replace: true });
  const finish = async (text: 'trust.saved' | 'trust.deleted') => {
    await queries.invalidateQueries({ queryKey: usersKey });
    await close();
    showOutcome(text);
    focusPageTitle();
  };
  return (
    <Card title={t('trust.title')}>
      <p>{t('trust.body')}</p>
      <p className="quiet small">{t('trust.limits')}</p>
      {isPending && <Skeleton height={160} />}
      {error && <FailureNotice error={error} userName={userName} onRetry={refetch} />}
      {data !== undefined && (
        <TrustEditor
          key={data}
          userName={userName}
          saved={data}
          onSave={async (trustPolicy) => {
            await call(updateUserTrustPolicy, { ...user, trustPolicy });
            await finish('trust.saved');
          }}
        />
      )}
      {data && (
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
        body={[t('trust.deleteBody', { name: userName })]}
        submit={t('trust.deleteSubmit')}
        opened={dialog === 'delete'}
        onClose={close}
        send={async () => {
          await call(deleteUserTrustPolicy, user);
          await finish('trust.deleted');
        }}
      />
    </Card>
  );
}

type TrustEditorProps = { userName: string; saved: string; onSave: (text: string) => Promise<void> };

function TrustEditor({ userName, saved, onSave }: TrustEditorProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const allowed = useAllowed(updateUserTrustPolicy, userName);
  const { set, values, field, busy, frame } = useSubmit({
    initial: { text: saved },
    check: { text: (value) => (isJson(value) ? null : t('trust.json')) },
    send: ({ text }) => onSave(text),
  });
  if (allowed === false) {
    return (
      <>
        {saved === '' ? <p>{t('trust.none')}</p> : <PermissionText text={saved} />}
        <NoPermission permission={updateUserTrustPolicy.operation} userName={userName} />
      </>
    );
  }
  return (
    <FormFrame state={frame}>
      {saved === '' && <p>{t('trust.none')}</p>}
      <Textarea
        {...field('text')}
        onChange={(event) => set('text', event.currentTarget.value)}
        label={t('trust.field')}
        description={t('trust.hint')}
        rows={12}
        spellCheck={false}
        autoCapitalize="none"
        classNames={{ input: css.text }}
      />
      <div className="row">
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('trust.submit')}
        </SubmitButton>
        {values.text.trim() === '' && (
          <Button variant="default" onClick={() => set('text', example(operatorId))}>
            {t('trust.example')}
          </Button>
        )}
      </div>
      <UnsavedGuard isDirty={() => values.text !== saved && !busy} />
    </FormFrame>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function example(operatorId: string): string {
  const principal = { soracom: [`srn:soracom:${operatorId}::Operator:${operatorId}`] };
  return JSON.stringify({ statements: [{ effect: 'allow', principal }] }, null, 2);
}
