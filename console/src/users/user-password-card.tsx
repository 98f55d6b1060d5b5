import { createUserPassword, deleteUserPassword, updateUserPassword } from '@warifu/contract';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { StatusWord } from '../look/status-word.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { useSession } from '../session/session.ts';
import { ReplacePasswordDialog } from './replace-password-dialog.tsx';
import type { AuthenticationSearch } from './routes.ts';
import { ChangePasswordDialog, DeletePasswordDialog, SetPasswordDialog } from './user-password-dialogs.tsx';
import type { User } from './users.ts';

type UserPasswordCardProps = {
  user: User;
  dialog: AuthenticationSearch['dialog'];
  onShow: (dialog?: AuthenticationSearch['dialog']) => void;
};

export function UserPasswordCard({ user: { userName, hasPassword }, dialog, onShow }: UserPasswordCardProps) {
  const { t } = useText();
  const close = () => onShow();
  return (
    <Card
      id="password"
      title={t('userPassword.title')}
      aside={
        <StatusWord kind={hasPassword ? 'well' : 'off'}>
          {t(hasPassword ? 'user.hasPassword' : 'user.noPassword')}
        </StatusWord>
      }
    >
      <p>{t(hasPassword ? 'userPassword.has' : 'userPassword.none')}</p>
      {hasPassword ? <Present userName={userName} onShow={onShow} /> : <Absent userName={userName} onShow={onShow} />}
      <SetPasswordDialog userName={userName} opened={dialog === 'set-password'} onClose={close} />
      <ChangePasswordDialog userName={userName} opened={dialog === 'change-password'} onClose={close} />
      <ReplacePasswordDialog userName={userName} opened={dialog === 'replace-password'} onClose={close} />
      <DeletePasswordDialog userName={userName} opened={dialog === 'delete-password'} onClose={close} />
    </Card>
  );
}

type StateProps = { userName: string; onShow: UserPasswordCardProps['onShow'] };

function Absent({ userName, onShow }: StateProps) {
  const { t } = useText();
  return (
    <div>
      <GuardedButton endpoint={createUserPassword} userName={userName} onClick={() => onShow('set-password')}>
        {t('userPassword.set')}
      </GuardedButton>
    </div>
  );
}

/** Changing needs the current password, so it is offered only to the user itself; others set a new one. */
function Present({ userName, onShow }: StateProps) {
  const { t } = useText();
  const self = useSession().userName === userName;
  return (
    <>
      {!self && <p className="quiet small">{t('userPassword.forgotten')}</p>}
      <div className="row">
        {self && (
          <GuardedButton
            endpoint={updateUserPassword}
            userName={userName}
            variant="default"
            onClick={() => onShow('change-password')}
          >
            {t('userPassword.change')}
          </GuardedButton>
        )}
        {!self && (
          <GuardedButton
            endpoint={createUserPassword}
            also={deleteUserPassword}
            userName={userName}
            onClick={() => onShow('replace-password')}
          >
            {t('userPassword.replace')}
          </GuardedButton>
        )}
        <GuardedButton
          endpoint={deleteUserPassword}
          userName={userName}
          variant="default"
          onClick={() => onShow('delete-password')}
        >
          {t('userPassword.delete')}
        </GuardedButton>
      </div>
    </>
  );
}
