import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Card } from '../frame/page.tsx';
import { KeysCard } from '../keys/keys-card.tsx';
import { userKeysOf } from '../keys/owner.ts';
import { useText } from '../language.ts';
import { RequirementCard } from '../mfa-required/requirement-card.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { useSession } from '../session/session.ts';
import { AuthenticationSteps } from './authentication-steps.tsx';
import type { AuthenticationSearch } from './routes.ts';
import { UserEmailCard } from './user-email-card.tsx';
import { UserMfa } from './user-mfa.tsx';
import { UserPasswordCard } from './user-password-card.tsx';
import { useUser, useUserKeys } from './users.ts';

const route = getRouteApi('/security/users/$userName/authentication');

/** How a SAM user proves who it is: password, MFA, auth keys. */
export function UserAuthentication() {
  const { userName } = route.useParams();
  const { step, dialog, key } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (search: AuthenticationSearch) =>
    navigate({ search, replace: step !== undefined || dialog !== undefined });
  return (
    <>
      <AuthenticationSteps userName={userName} />
      <PasswordPart userName={userName} dialog={dialog} onShow={(wanted) => show(wanted ? { dialog: wanted } : {})} />
      <UserMfa
        userName={userName}
        search={{ ...(step ? { step } : {}), ...(dialog === 'disable' || dialog === 'reset' ? { dialog } : {}) }}
        show={show}
      />
      <RequirementPart userName={userName} />
      <UserEmailCard userName={userName} />
      <KeysPart userName={userName} dialog={dialog} keyId={key} show={show} />
    </>
  );
}

type PasswordPartProps = {
  userName: string;
  dialog: AuthenticationSearch['dialog'];
  onShow: (dialog?: AuthenticationSearch['dialog']) => void;
};

function PasswordPart({ userName, dialog, onShow }: PasswordPartProps) {
  const { t } = useText();
  const { data, error, isPending } = useUser(userName);
  if (data) return <UserPasswordCard user={data} dialog={dialog} onShow={onShow} />;
  return (
    <Card id="password" title={t('userPassword.title')}>
      {isPending && <Skeleton height={60} />}
      {error && <FailureNotice error={error} userName={userName} />}
    </Card>
  );
}

/** The rules of the user's roles concern it too; where its roles may not be read, its own rule is set all the same. */
function RequirementPart({ userName }: { userName: string }) {
  const { data } = useUser(userName);
  return <RequirementCard rule="user" name={userName} roleIds={data?.roleList.map(({ roleId }) => roleId) ?? []} />;
}

type KeysPartProps = {
  userName: string;
  dialog: AuthenticationSearch['dialog'];
  keyId: string | undefined;
  show: (search: AuthenticationSearch) => void;
};

function KeysPart({ userName, dialog, keyId, show }: KeysPartProps) {
  const { operatorId } = useSession();
  const keys = useUserKeys(userName);
  return (
    <KeysCard
      owner={userKeysOf(operatorId, userName)}
      keys={keys.data}
      error={keys.error}
      generating={dialog === 'new-key'}
      deleting={dialog === 'delete-key' ? keyId : undefined}
      onGenerate={() => show({ dialog: 'new-key' })}
      onDelete={(id) => show({ dialog: 'delete-key', key: id })}
      onClose={() => show({})}
    />
  );
}
