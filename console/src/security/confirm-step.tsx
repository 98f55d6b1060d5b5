import { Button } from '@mantine/core';
import { codeCheck } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { DialogFoot } from '../look/dialog.tsx';

type ConfirmStepProps = {
  onBack: () => void;
  onStartAgain: () => void;
  /** Hands the code to the server; its failure is shown here. */
  confirm: (code: string) => Promise<void>;
};

/** A code of the authenticator proves that it has the secret; only then is MFA on. */
export function ConfirmStep({ onBack, onStartAgain, confirm }: ConfirmStepProps) {
  const { t } = useText();
  const { field, busy, frame } = useSubmit({
    initial: { code: '' },
    check: { code: codeCheck(t) },
    send: ({ code }) => confirm(code),
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
      <DialogFoot>
        <Button variant="default" onClick={timeOver ? onStartAgain : onBack}>
          {t(timeOver ? 'mfa.startAgain' : 'action.back')}
        </Button>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('enable.submit')}
        </SubmitButton>
      </DialogFoot>
    </FormFrame>
  );
}
