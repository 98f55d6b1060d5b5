import { switchBack } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { accountName, useSession } from '../session/session.ts';

/** On every page while somebody goes on as another user: who that is, and the way back. */
export function SwitchedBanner() {
  const { t } = useText();
  const session = useSession();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(switchBack, {});
      // Nothing that was read as somebody else may stay.
      location.assign('/');
    },
  });
  const { switchedFrom } = session;
  if (!switchedFrom) return null;
  const from = switchedFrom.userName ?? t('account.root');
  const foreign = switchedFrom.operatorId !== session.operatorId;
  return (
    <Notice tone="warn" title={t('switched.title', { name: accountName(session) })}>
      <p>{t('switched.body', { from: foreign ? `${from} (${switchedFrom.operatorId})` : from })}</p>
      <FormFrame state={frame}>
        <div>
          <SubmitButton variant="default" busy={busy} busyText={t('action.working')}>
            {t('switched.back')}
          </SubmitButton>
        </div>
      </FormFrame>
    </Notice>
  );
}
