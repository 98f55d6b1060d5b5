import { cancelMFARevokingToken } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import css from './page.module.css';

/** Stops the reset of a mailed link, for who did not ask for it. */
export function NotMe({ token, onStopped }: { token: string; onStopped: () => void }) {
  const { t } = useText();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(cancelMFARevokingToken, { token });
      onStopped();
    },
  });
  return (
    <section className={css.aside} aria-labelledby="not-me">
      <h2 id="not-me">{t('resetVerify.notMe')}</h2>
      <p className="quiet">{t('resetVerify.notMeBody')}</p>
      <FormFrame state={frame}>
        <SubmitButton variant="default" busy={busy} busyText={t('action.working')} fullWidth>
          {t('resetVerify.stop')}
        </SubmitButton>
      </FormFrame>
    </section>
  );
}
