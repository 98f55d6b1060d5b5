import { revokeUserMFA } from '@warifu/contract';
import { call } from '../api.ts';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import type { Receipt } from '../receipt.ts';
import { AccountLine } from '../session/account-line.tsx';
import { forgettingPasskeys } from '../session/own-passkey.ts';
import { useSession } from '../session/session.ts';

type DisableUserMfaDialogProps = {
  userName: string;
  self: boolean;
  opened: boolean;
  onClose: () => void;
  onDisabled: (receipt: Receipt) => void;
};

/** Nothing to type: who may do it is decided by the permissions, and by a recent proof of the caller's password. */
export function DisableUserMfaDialog({ userName, self, opened, onClose, onDisabled }: DisableUserMfaDialogProps) {
  const { t } = useText();
  const session = useSession();
  const disable = () => call(revokeUserMFA, { operator_id: session.operatorId, user_name: userName });
  return (
    <ConfirmDialog
      title={t('disable.title')}
      body={[
        self ? t('userMfa.disableBodySelf') : t('userMfa.disableBody', { name: named(userName) }),
        t('userMfa.disableStays'),
      ]}
      submit={t('disable.submit')}
      opened={opened}
      onClose={onClose}
      send={async () => {
        const { receipt } = await (self ? forgettingPasskeys(session, disable) : disable());
        onDisabled(receipt);
      }}
    >
      <AccountLine name={userName} />
    </ConfirmDialog>
  );
}
