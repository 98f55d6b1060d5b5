import { Button } from '@mantine/core';
import { verifyMFA } from '@warifu/contract';
import { call } from '../api.ts';
import { codeCheck, toDigits } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import type { Receipt } from '../receipt.ts';
import { useSession } from '../session/session.ts';

type ConfirmStepProps = {
  onBack: () => void;
  onStartAgain: () => void;
  onEnabled: (codes: string[], receipt: Receipt) => void;
};

/** A code of the authenticator proves that it has the secret; only then is MFA on. */
export function ConfirmStep({ onBack, onStartAgain, onEnabled }: ConfirmStepProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const { field, busy, frame } = useSubmit({
    initial: { code: '' },
    check: { code: codeCheck(t) },
    send: async ({ code }) => {
      const { reply, receipt } = await call(verifyMFA, { operator_id: operatorId, mfaOTPCode: toDigits(code) });
      onEnabled(reply.backupCodes, receipt);
    },
  });
  const timeOver = frame.failure?.code === 'MFA0006';
  return (
    <FormFrame state={frame}>
      <div>
        <p className="quiet small">{t('enable.step', { n: 2 })}</p>
        <h3>{t('enable.codeTitle')}</h3>
        <p>{t('enable.codeBody')}</p>
      </div>
      <CodeField {...field('code')} data-autofocus autoFocus />
      <div className="row row-end">
        <Button variant="default" onClick={timeOver ? onStartAgain : onBack}>
          {t(timeOver ? 'mfa.startAgain' : 'action.back')}
        </Button>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('enable.submit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
