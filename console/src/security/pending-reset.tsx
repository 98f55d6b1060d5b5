import { useMutation, useQueryClient } from '@tanstack/react-query';
import { stopMFAReset } from '@warifu/contract';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { exactTime } from '../time.ts';
import { type MfaState, mfaKey } from './mfa-status.ts';
import css from './pending-reset.module.css';

/** A reset that somebody asked for and that can still be stopped here. */
export function PendingReset({ reset }: { reset: NonNullable<MfaState['pendingReset']> }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: () => call(stopMFAReset, { operator_id: operatorId }),
    onSuccess: () => showOutcome('banner.resetStopped'),
    // Whatever the answer: what is pending now is asked anew.
    onSettled: () => queries.invalidateQueries({ queryKey: mfaKey }),
  });
  const text = reset.kind === 'host' ? 'banner.resetByHost' : 'banner.resetByMail';
  return (
    <Notice tone="warn" title={t('banner.resetTitle')}>
      <div className={css.pending}>
        <p>{t(text, { at: exactTime(reset.dueAt) })}</p>
        <SubmitButton
          type="button"
          variant="default"
          busy={stop.isPending}
          busyText={t('action.working')}
          onClick={() => stop.mutate()}
        >
          {t('banner.stopReset')}
        </SubmitButton>
      </div>
      {stop.error && <p role="alert">{describeFailure(asFailure(stop.error), t)}</p>}
    </Notice>
  );
}
