import { useState } from 'react';
import { describeFailure } from '../failure-words.ts';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useText } from '../language.ts';
import { Dialog } from '../look/dialog.tsx';
import { Notice } from '../look/notice.tsx';
import type { Receipt } from '../receipt.ts';
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
type Enabled = { codes: string[]; receipt: Receipt };

/** Scan, confirm, keep the codes. Going back shows the same secret; only starting again makes a new one. */
export function EnableDialog({ step, enrolment, show, onClose, onEnabled, onDone }: EnableDialogProps) {
  const { t } = useText();
  const [enabled, setEnabled] = useState<Enabled>();
  const [asking, setAsking] = useState(false);
  const done = () => {
    setEnabled(undefined);
    setAsking(false);
    if (enabled) onDone(enabled.receipt);
  };

  if (enabled) {
    return (
      <Dialog title={t('codes.title')} opened onClose={() => setAsking(true)}>
        <CodesPanel codes={enabled.codes} asking={asking} onAsk={setAsking} onDone={done} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('enable.title')} opened={step !== undefined} onClose={onClose}>
      <Steps
        step={step}
        enrolment={enrolment}
        show={show}
        onClose={onClose}
        onEnabled={(codes, receipt) => {
          setEnabled({ codes, receipt });
          show(undefined);
          onEnabled();
        }}
      />
    </Dialog>
  );
}

type StepsProps = Pick<EnableDialogProps, 'step' | 'enrolment' | 'show' | 'onClose'> & {
  onEnabled: (codes: string[], receipt: Receipt) => void;
};

function Steps({ step, enrolment, show, onClose, onEnabled }: StepsProps) {
  const { totpUri } = enrolment;
  const start = () => enrolment.begin().then((begun) => begun && show('scan'));
  if (step === 'code' && totpUri) {
    return <ConfirmStep onBack={() => show('scan')} onStartAgain={start} onEnabled={onEnabled} />;
  }
  if (step === 'scan' && totpUri) return <ScanStep totpUri={totpUri} onNext={() => show('code')} onCancel={onClose} />;
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
      <div className="row row-end">
        <SubmitButton
          type="button"
          busy={enrolment.busy}
          busyText={t('enable.preparing')}
          onClick={start}
          data-autofocus
        >
          {t('enable.start')}
        </SubmitButton>
      </div>
    </div>
  );
}
