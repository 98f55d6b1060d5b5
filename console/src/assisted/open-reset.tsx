import { useMutation, useQueryClient } from '@tanstack/react-query';
import { approveUserMFAReset, stopUserMFAReset } from '@warifu/contract';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { named, type Translate, useText } from '../language.ts';
import { Facts, Moment } from '../look/facts.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { Name, Words } from '../look/name.tsx';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { overviewKey } from '../overview/overview.ts';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { type Session, useSession } from '../session/session.ts';
import { type UserMfaState, usersKey } from '../users/users.ts';

export type AssistedReset = NonNullable<UserMfaState['pendingReset']>;

/** A reset that somebody started for a SAM user: what it is about, and who can stop or approve it here. */
export function OpenReset({ reset }: { reset: AssistedReset }) {
  const { t } = useText();
  const session = useSession();
  const { userName } = reset;
  const { approve, stop, error } = useActions(reset);
  return (
    <Notice tone="warn" title={<Words>{t('assisted.openTitle', { name: named(userName) })}</Words>}>
      <Facts facts={factsOf(reset, t)} />
      <div className="row">
        {mayStop(reset, session) && (
          <SubmitButton
            type="button"
            variant="default"
            busy={stop.isPending}
            busyText={t('action.working')}
            onClick={() => stop.mutate()}
          >
            {t('assisted.stop')}
          </SubmitButton>
        )}
        {reset.awaitsApproval && isAnother(reset, session) && (
          <GuardedButton
            endpoint={approveUserMFAReset}
            userName={userName}
            busy={approve.isPending}
            onClick={() => approve.mutate()}
          >
            {t('assisted.approve')}
          </GuardedButton>
        )}
      </div>
      {error && <p role="alert">{describeFailure(asFailure(error), t)}</p>}
    </Notice>
  );
}

function factsOf(reset: AssistedReset, t: Translate) {
  const { startedBy, approvedBy, reason, handOver, askedAt, dueAt, awaitsApproval } = reset;
  const person = (name: string) => (name === 'root' ? t('assisted.root') : <Name key={name}>{name}</Name>);
  const facts: (readonly [string, React.ReactNode])[] = [
    [t('assisted.state'), t(awaitsApproval ? 'assisted.states.awaits' : 'assisted.states.open')],
    [t('assisted.startedBy'), person(startedBy)],
    [t('assisted.reason'), reason],
    [t('assisted.handOver'), t(`assisted.handOvers.${handOver}`)],
    [t('assisted.asked'), <Moment key="asked" at={askedAt} />],
    [t('assisted.until'), <Moment key="until" at={dueAt} />],
  ];
  return approvedBy === undefined ? facts : [...facts, [t('assisted.approvedBy'), person(approvedBy)] as const];
}

const callerOf = ({ isRoot, userName = '' }: Session) => (isRoot ? 'root' : userName);

const mayStop = ({ userName, startedBy }: AssistedReset, session: Session) =>
  session.isRoot || [userName, startedBy].includes(callerOf(session));

const isAnother = ({ userName, startedBy }: AssistedReset, session: Session) =>
  ![userName, startedBy].includes(callerOf(session));

function useActions({ userName, caseId }: AssistedReset) {
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const user = { operator_id: operatorId, user_name: userName };
  // Whatever the answer: what is open now is asked anew.
  const onSettled = () =>
    Promise.all([usersKey, overviewKey].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const stop = useMutation({
    mutationFn: () => call(stopUserMFAReset, user),
    onSuccess: () => {
      showOutcome('assisted.stopped');
      focusPageTitle();
    },
    onSettled,
  });
  const approve = useMutation({
    mutationFn: () => call(approveUserMFAReset, { ...user, caseId }),
    onSuccess: () => {
      showOutcome('assisted.approved', undefined, { name: userName });
      focusPageTitle();
    },
    onSettled,
  });
  return { stop, approve, error: stop.error ?? approve.error };
}
