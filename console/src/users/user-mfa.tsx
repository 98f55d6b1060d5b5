import { useQueryClient } from '@tanstack/react-query';
import { enableUserMFA, verifyUserMFA } from '@warifu/contract';
import { useState } from 'react';
import { announce } from '../announce.tsx';
import { call } from '../api.ts';
import { StartResetDialog } from '../assisted/start-reset.tsx';
import { useText } from '../language.ts';
import { Dialog } from '../look/dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import type { Receipt } from '../receipt.ts';
import { EnrolmentSteps } from '../security/enable-dialog.tsx';
import { useEnrolment } from '../security/use-enrolment.ts';
import { sessionQuery, useSession } from '../session/session.ts';
import { DisableUserMfaDialog } from './disable-user-mfa-dialog.tsx';
import { EnabledPanel } from './enabled-panel.tsx';
import { UserMfaCard } from './user-mfa-card.tsx';
import type { UserMfaSearch } from './user-mfa-search.ts';
import { usersKey } from './users.ts';

type UserMfaProps = { userName: string; search: UserMfaSearch; show: (search: UserMfaSearch) => void };

/** The MFA of one SAM user, for the user itself and for those who help it: its state, and the ways to change it. */
export function UserMfa({ userName, search: { step, dialog }, show }: UserMfaProps) {
  const { t } = useText();
  const { operatorId, userName: caller } = useSession();
  const queries = useQueryClient();
  const [enabled, setEnabled] = useState<Receipt>();
  const user = { operator_id: operatorId, user_name: userName };
  const self = caller === userName;
  const enrolment = useEnrolment(() => call(enableUserMFA, user));
  const refresh = () => {
    queries.invalidateQueries({ queryKey: usersKey });
    if (self) queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const closeUnfinished = () => {
    show({});
    announce(t('enable.nothingChanged'));
    refresh();
  };
  const confirm = async (code: string) => {
    const { receipt } = await call(verifyUserMFA, { ...user, mfaOTPCode: code });
    setEnabled(receipt);
    show({});
    refresh();
  };
  const finish = () => {
    showOutcome(self ? 'userMfa.enabledSelf' : 'userMfa.enabled', enabled, { name: userName });
    setEnabled(undefined);
    enrolment.forget();
    focusPageTitle();
  };
  return (
    <>
      <UserMfaCard
        userName={userName}
        self={self}
        enrolment={enrolment}
        onScan={() => show({ step: 'scan' })}
        onDisable={() => show({ dialog: 'disable' })}
        onReset={() => show({ dialog: 'reset' })}
        onChanged={refresh}
      />
      {enabled ? (
        <Dialog title={t('userMfa.doneTitle')} opened onClose={finish}>
          <EnabledPanel onDone={finish} />
        </Dialog>
      ) : (
        <Dialog title={t('enable.title')} opened={step !== undefined} onClose={closeUnfinished}>
          <EnrolmentSteps
            step={step}
            enrolment={enrolment}
            show={(next) => show(next ? { step: next } : {})}
            onClose={closeUnfinished}
            confirm={confirm}
          />
        </Dialog>
      )}
      <StartResetDialog userName={userName} opened={dialog === 'reset'} onClose={() => show({})} />
      <DisableUserMfaDialog
        userName={userName}
        self={self}
        opened={dialog === 'disable'}
        onClose={() => show({})}
        onDisabled={(receipt) => {
          showOutcome('userMfa.disabled', receipt, { name: userName });
          show({});
          refresh();
          focusPageTitle();
        }}
      />
    </>
  );
}
