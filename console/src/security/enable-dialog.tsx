import { verifyMFA } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { describeFailure } from '../failure-words.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { Dialog, DialogFoot } from '../look/dialog.tsx';
import { Notice } from '../look/notice.tsx';
import type { Receipt } from '../receipt.ts';
import { useSession } from '../session/session.ts';
import type { CodeSet } from './codes-file.ts';
import { CodesPanel } from './codes-panel.tsx';
import { ConfirmStep } from './confirm-step.tsx';
import type { MfaSearch } from './mfa-page.tsx';
import { ScanStep } from './scan-step.tsx';
import type { Enrolment } from './use-enrolment.ts';

type Step = MfaSearch['step'];
type EnableDialogProps = {
  step: Step;
  enrolment: Enrolment;
  show: (step: Step) => void;
  onClose: () => void;
  /** MFA is on; the codes are on screen. */
  onEnabled: () => void;
  onDone: (receipt: Receipt) => void;
};
type Enabled = { codes: string[]; set: CodeSet; receipt: Receipt };

/** Scan, confirm, keep the codes. Going back shows the same secret; only starting again makes a new one. */
export function EnableDialog({ step, enrolment, show, onClose, onEnabled, onDone }: EnableDialogProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const [enabled, setEnabled] = useState<Enabled>();
  const [asking, setAsking] = useState(false);
  const done = () => {
    setEnabled(undefined);
    setAsking(false);
    if (enabled) onDone(enabled.receipt);
  };

  const confirm = async (code: string) => {
    const { reply, receipt } = await call(verifyMFA, { operator_id: operatorId, mfaOTPCode: code });
    setEnabled({ codes: reply.backupCodes, set: reply.backupCodeSet, receipt });
    show(undefined);
    onEnabled();
  };

  if (enabled) {
    return (
      <Dialog title={t('codes.title')} size="38rem" opened onClose={() => setAsking(true)}>
        <CodesPanel codes={enabled.codes} set={enabled.set} asking={asking} onAsk={setAsking} onDone={done} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('enable.title')} opened={step !== undefined} onClose={onClose}>
      <EnrolmentSteps step={step} enrolment={enrolment} show={show} onClose={onClose} confirm={confirm} />
    </Dialog>
  );
}

type EnrolmentStepsProps = Pick<EnableDialogProps, 'step' | 'enrolment' | 'show' | 'onClose'> & {
  confirm: (code: string) => Promise<void>;
};

/** The two steps that are the same for every user: scan, then prove it with a code. */
export function EnrolmentSteps({ step: wanted, enrolment, show, onClose, confirm }: EnrolmentStepsProps) {
  // While the dialog fades out it shows what it showed.
  const [last, setLast] = useState(wanted);
  if (wanted && wanted !== last) setLast(wanted);
  const step = wanted ?? last;
  const { setupUri } = enrolment;
  const start = () => enrolment.begin().then((begun) => begun && show('scan'));
  if (step === 'code' && setupUri) {
    return <ConfirmStep onBack={() => show('scan')} onStartAgain={start} confirm={confirm} />;
  }
  if (step === 'scan' && setupUri)
    return <ScanStep setupUri={setupUri} onNext={() => show('code')} onCancel={onClose} />;
  return <StartStep lost={step === 'scan' || step === 'code'} enrolment={enrolment} start={start} />;
}

/** Before the first QR code, and after a reload, which forgets the secret on purpose. */
function StartStep({ lost, enrolment, start }: { lost: boolean; enrolment: Enrolment; start: () => void }) {
  const { t } = useText();
  return (
    <div className="stack">
      {lost && (
        <Notice tone="warn" role="status">
          <p>{t('enable.lost')}</p>
        </Notice>
      )}
      {enrolment.failure && (
        <Notice tone="danger" role="alert">
          <p>{describeFailure(enrolment.failure, t)}</p>
        </Notice>
      )}
      <p>{t('enable.startBody')}</p>
      <DialogFoot>
        <SubmitButton
          type="button"
          busy={enrolment.busy}
          busyText={t('enable.preparing')}
          onClick={start}
          data-autofocus
        >
          {t('enable.start')}
        </SubmitButton>
      </DialogFoot>
    </div>
  );
}
