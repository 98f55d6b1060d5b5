import { Skeleton } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { deleteUser, revokeUserAuthTokens, updateUser } from '@warifu/contract';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { CopyButton } from '../look/copy-button.tsx';
import { Facts, Moment } from '../look/facts.tsx';
import { MfaWord } from '../look/mfa-word.tsx';
import { Code, Name } from '../look/name.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { useSession } from '../session/session.ts';
import { UserWaysBack } from '../ways-back/user-ways-back.tsx';
import { DeleteUserDialog, EditUserDialog, EndSessionsDialog } from './user-dialogs.tsx';
import { type User, useUser } from './users.ts';

const route = getRouteApi('/security/users/$userName/');
type Shows = { onShow: (dialog: 'edit' | 'sessions' | 'delete') => void };

export function UserOverview() {
  const { userName } = route.useParams();
  const { dialog } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch } = useUser(userName);
  const show = (wanted: 'edit' | 'sessions' | 'delete') => navigate({ search: { dialog: wanted } });
  const close = () => navigate({ search: {}, replace: true });
  if (isPending) return <Skeleton height={240} radius={10} />;
  if (error) return <FailureNotice error={error} userName={userName} onRetry={refetch} />;
  return (
    <>
      <NextSteps user={data} />
      <UserFacts user={data} onShow={show} />
      <UserWaysBack userName={userName} />
      <LoginAddress userName={userName} />
      <Danger userName={userName} onShow={show} />
      <EditUserDialog user={data} opened={dialog === 'edit'} onClose={close} />
      <EndSessionsDialog userName={userName} opened={dialog === 'sessions'} onClose={close} />
      <DeleteUserDialog userName={userName} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}

/** A new user can do nothing; this says what is left to do until it can. */
function NextSteps({ user: { userName, permission, roleList, hasPassword, authKeyList } }: { user: User }) {
  const { t } = useText();
  const powerless = permission === '' && roleList.length === 0;
  const noWayIn = !hasPassword && authKeyList.length === 0;
  if (!powerless && !noWayIn) return null;
  return (
    <Card title={t('user.next')}>
      {powerless && <p>{t('user.nextBody')}</p>}
      <ul>
        {powerless && (
          <li>
            <Link to="/security/users/$userName/permissions" params={{ userName }}>
              {t('user.nextPermissions')}
            </Link>
          </li>
        )}
        {noWayIn && (
          <li>
            <Link to="/security/users/$userName/authentication" params={{ userName }}>
              {t('user.nextPassword')}
            </Link>
          </li>
        )}
      </ul>
    </Card>
  );
}

function UserFacts({ user, onShow }: { user: User } & Shows) {
  const { t } = useText();
  return (
    <Card title={t('user.facts')}>
      <p>{user.description || '–'}</p>
      <Facts
        facts={[
          [t('users.mfa'), <MfaWord key="mfa" status={user.mfaStatus} />],
          [t('user.password'), t(user.hasPassword ? 'user.hasPassword' : 'user.noPassword')],
          [t('users.keys'), String(user.authKeyList.length)],
          [
            t('users.roles'),
            user.roleList.length === 0 ? (
              t('users.noRoles')
            ) : (
              <Name key="roles">{user.roleList.map(({ roleName }) => roleName).join(', ')}</Name>
            ),
          ],
          [
            t('users.lastSignIn'),
            user.lastSignInDateTime ? <Moment key="last" at={user.lastSignInDateTime * 1000} /> : t('users.never'),
          ],
          [t('users.created'), <Moment key="created" at={user.createDateTime * 1000} />],
          [t('user.updated'), <Moment key="updated" at={user.updateDateTime * 1000} />],
        ]}
      />
      <p>
        <Link to="/security/logins" search={{ user: user.userName }}>
          {t('logins.title')}
        </Link>
      </p>
      <div>
        <GuardedButton endpoint={updateUser} userName={user.userName} variant="default" onClick={() => onShow('edit')}>
          {t('user.edit')}
        </GuardedButton>
      </div>
    </Card>
  );
}

function LoginAddress({ userName }: { userName: string }) {
  const { t } = useText();
  const session = useSession();
  if (session.userName === userName) return null;
  const address = `${location.origin}/login?as=sam&operator=${session.operatorId}`;
  return (
    <Card title={t('user.loginTitle')}>
      <p>{t('user.loginBody')}</p>
      <div className="row">
        <Code>{address}</Code>
        <CopyButton text={address} label={t('action.copyShort')} />
      </div>
    </Card>
  );
}

function Danger({ userName, onShow }: { userName: string } & Shows) {
  const { t } = useText();
  return (
    <Card title={t('user.dangerTitle')}>
      <div className="row">
        <GuardedButton
          endpoint={revokeUserAuthTokens}
          userName={userName}
          variant="default"
          onClick={() => onShow('sessions')}
        >
          {t('user.endSessions')}
        </GuardedButton>
        <GuardedButton endpoint={deleteUser} userName={userName} variant="default" onClick={() => onShow('delete')}>
          {t('user.delete')}
        </GuardedButton>
      </div>
    </Card>
  );
}
