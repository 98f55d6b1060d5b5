import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { enableUserMFA, revokeUserMFA, startUserMFAReset } from '@warifu/contract';
import type { ReactNode } from 'react';
import { OpenReset } from '../assisted/open-reset.tsx';
import { asFailure } from '../failure.ts';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { Facts, Moment } from '../look/facts.tsx';
import { MfaWord } from '../look/mfa-word.tsx';
import { Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { ownStatus } from '../security/mfa-status.ts';
import type { Enrolment } from '../security/use-enrolment.ts';
import { useSession } from '../session/session.ts';
import { exactTime } from '../time.ts';
import { type UserMfaState, useUserMfa } from './users.ts';

type UserMfaCardProps = {
  userName: string;
  self: boolean;
  enrolment: Enrolment;
  onScan: () => void;
  onDisable: () => void;
  /** Starts a reset that the user finishes itself. */
  onReset: () => void;
  onChanged: () => void;
};

export function UserMfaCard({ userName, self, enrolment, onScan, onDisable, onReset, onChanged }: UserMfaCardProps) {
  const { t } = useText();
  const { data, error, isPending } = useUserMfa(userName);
  const state = useKnownState(data, self && error ? asFailure(error).status === 403 : false);
  const begin = async () => {
    if (await enrolment.begin()) onScan();
    onChanged();
  };
  return (
    <Card
      id="mfa"
      title={t('mfa.title')}
      aside={state && <MfaWord status={state.status} suspended={state.suspended} />}
    >
      {isPending && <Skeleton height={80} />}
      {error && <FailureNotice error={error} userName={userName} />}
      {enrolment.failure && <FailureNotice error={enrolment.failure} userName={userName} />}
      {!self && state?.quarantinedUntil !== undefined && (
        <Notice tone="info">
          <p>{t('userMfa.quarantined', { time: exactTime(state.quarantinedUntil) })}</p>
        </Notice>
      )}
      {state && state.status !== 'ACTIVE' && (
        <Off userName={userName} self={self} state={state} enrolment={enrolment} begin={begin} />
      )}
      {state?.status === 'ACTIVE' && (
        <On userName={userName} self={self} state={state} onDisable={onDisable} onReset={onReset} />
      )}
      {self && <p className="quiet small">{t('userMfa.noCodes')}</p>}
      <p>
        <Link to="/security/who-can" search={{ api: revokeUserMFA.operation, user: userName }}>
          {t('userMfa.whoCan')}
        </Link>
      </p>
    </Card>
  );
}

/** The session tells one's own state even where reading it is not permitted. */
function useKnownState(read: UserMfaState | undefined, ownRefused: boolean): UserMfaState | undefined {
  const { mfaStatus } = useSession();
  if (read || !ownRefused) return read;
  return { status: ownStatus(mfaStatus) };
}

type OffProps = {
  userName: string;
  self: boolean;
  state: UserMfaState;
  enrolment: Enrolment;
  begin: () => void;
};

function Off({ userName, self, state, enrolment, begin }: OffProps): ReactNode {
  const { t } = useText();
  const begun = state.status === 'UNCONFIRMED';
  return (
    <>
      <p>{t(begun ? 'userMfa.unconfirmedBody' : self ? 'mfa.offBody' : 'userMfa.offBody')}</p>
      {!self && (
        <p className="quiet small">
          <Words>{t('userMfa.forOther', { name: named(userName) })}</Words>
        </p>
      )}
      <div>
        <GuardedButton endpoint={enableUserMFA} userName={userName} busy={enrolment.busy} onClick={begin}>
          {t(begun ? 'mfa.startAgain' : 'mfa.enable')}
        </GuardedButton>
      </div>
    </>
  );
}

type OnProps = {
  userName: string;
  self: boolean;
  state: UserMfaState;
  onDisable: () => void;
  onReset: () => void;
};

function On({ userName, self, state, onDisable, onReset }: OnProps) {
  const { t } = useText();
  return (
    <>
      {state.suspended && (
        <Notice tone="danger">
          <p>{t('mfa.suspendedBody')}</p>
        </Notice>
      )}
      {state.activatedAt !== undefined && (
        <Facts
          facts={[
            [t('mfa.since'), <Moment key="since" at={state.activatedAt} />],
            [t('mfa.lastUsed'), state.lastUsedAt ? <Moment key="used" at={state.lastUsedAt} /> : t('mfa.neverUsed')],
          ]}
        />
      )}
      {state.pendingReset && <OpenReset reset={state.pendingReset} />}
      <div className="row">
        <GuardedButton endpoint={revokeUserMFA} userName={userName} variant="default" onClick={onDisable}>
          {t('mfa.disable')}
        </GuardedButton>
        {!self && (
          <GuardedButton endpoint={startUserMFAReset} userName={userName} variant="default" onClick={onReset}>
            {t('assisted.start')}
          </GuardedButton>
        )}
      </div>
    </>
  );
}
