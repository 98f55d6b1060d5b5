import { renewBackupCodes } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { codeCheck } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { OtherFactor, useFactor } from '../fields/use-factor.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { ownPasskey } from '../session/own-passkey.ts';
import { useSession } from '../session/session.ts';
import type { CodeSet } from './codes-file.ts';
import { CodesPanel } from './codes-panel.tsx';

type NewCodes = { codes: string[]; set: CodeSet };
type NewCodesDialogProps = { opened: boolean; onClose: () => void; onChanged: () => void };

/** New backup codes need a code of the authenticator: the password alone must not make another factor. */
export function NewCodesDialog({ opened, onClose, onChanged }: NewCodesDialogProps) {
  const { t } = useText();
  const [made, setMade] = useState<NewCodes>();
  const [asking, setAsking] = useState(false);
  const done = () => {
    setMade(undefined);
    setAsking(false);
    onChanged();
    onClose();
  };
  if (made) {
    return (
      <Dialog title={t('codes.title')} size="38rem" opened onClose={() => setAsking(true)}>
        <CodesPanel codes={made.codes} set={made.set} asking={asking} onAsk={setAsking} onDone={done} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('renew.title')} opened={opened} onClose={onClose}>
      <RenewForm
        onClose={onClose}
        onRenewed={(fresh) => {
          setMade(fresh);
          onChanged();
        }}
      />
    </Dialog>
  );
}

function RenewForm({ onClose, onRenewed }: { onClose: () => void; onRenewed: (made: NewCodes) => void }) {
  const { t } = useText();
  const { operatorId, factors } = useSession();
  const choice = useFactor(factors);
  const byPasskey = choice.kind === 'passkey';
  const { field, busy, frame } = useSubmit({
    initial: { code: '' },
    check: byPasskey ? {} : { code: codeCheck(t) },
    send: async ({ code }) => {
      const proof = byPasskey ? await ownPasskey() : { mfaOTPCode: code };
      const { reply } = await call(renewBackupCodes, { operator_id: operatorId, ...proof });
      onRenewed({ codes: reply.backupCodes, set: reply.backupCodeSet });
    },
  });
  return (
    <FormFrame state={frame}>
      <p>{t(byPasskey ? 'renew.bodyPasskey' : 'renew.body')}</p>
      {!byPasskey && <CodeField {...field('code')} data-autofocus />}
      <OtherFactor choice={choice} />
      <DialogActions busy={busy} submit={t('renew.submit')} onCancel={onClose} />
    </FormFrame>
  );
}
