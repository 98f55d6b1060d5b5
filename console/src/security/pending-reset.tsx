import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { stopMFAReset } from '@warifu/contract';
import { call } from '../api.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { useSession } from '../session/session.ts';
import { exactTime } from '../time.ts';
import { type MfaState, mfaKey } from './mfa-status.ts';

/** A reset that somebody asked for and that can still be stopped here. */
export function PendingReset({ reset }: { reset: NonNullable<MfaState['pendingReset']> }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: () => call(stopMFAReset, { operator_id: operatorId }),
    // Whatever the answer: what is pending now is asked anew.
    onSettled: () => queries.invalidateQueries({ queryKey: mfaKey }),
  });
  const text = reset.kind === 'host' ? 'banner.resetByHost' : 'banner.resetByMail';
  return (
    <Notice tone="warn">
      <p>{t(text, { at: exactTime(reset.dueAt) })}</p>
      <Button
        variant="default"
        style={{ alignSelf: 'flex-start' }}
        loading={stop.isPending}
        onClick={() => stop.mutate()}
      >
        {t('banner.stopReset')}
      </Button>
    </Notice>
  );
}
