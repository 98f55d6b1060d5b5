import { Checkbox } from '@mantine/core';
import { setSystemNotification } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Name } from '../look/name.tsx';
import { useSession } from '../session/session.ts';
import type { Done } from './done.ts';
import { type EmailInfo, type Purpose, purposeParams } from './emails.ts';

type PurposeDialogProps = {
  purpose: Purpose | undefined;
  choices: EmailInfo[];
  chosen: string[];
  onClose: () => void;
  onDone: Done;
};

/** Which addresses serve a purpose other than logging in. */
export function PurposeDialog({ purpose, onClose, ...rest }: PurposeDialogProps) {
  const { t } = useText();
  const title = purpose ? t('emails.usesDialog', { type: t(`emails.types.${purpose}`) }) : '';
  return (
    <Dialog title={title} opened={purpose !== undefined} onClose={onClose}>
      {purpose && <PurposeForm key={purpose} purpose={purpose} onClose={onClose} {...rest} />}
    </Dialog>
  );
}

type PurposeFormProps = Omit<PurposeDialogProps, 'purpose'> & { purpose: Purpose };

function PurposeForm({ purpose, choices, chosen, onClose, onDone }: PurposeFormProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const [ids, setIds] = useState(chosen);
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      await call(setSystemNotification, { ...purposeParams(operatorId, purpose), emailIdList: ids });
      await onDone('emails.saved');
    },
  });
  const toggle = (emailId: string) =>
    setIds((now) => (now.includes(emailId) ? now.filter((id) => id !== emailId) : [...now, emailId]));
  return (
    <FormFrame state={frame}>
      <p>{t('emails.usesBody')}</p>
      <fieldset className="stack-tight" style={{ border: 0, padding: 0 }} aria-label={t(`emails.types.${purpose}`)}>
        {choices.map(({ emailId, email }) => (
          <Checkbox
            key={emailId}
            size="md"
            label={<Name>{email}</Name>}
            checked={ids.includes(emailId)}
            onChange={() => toggle(emailId)}
          />
        ))}
      </fieldset>
      <DialogActions busy={busy} submit={t('emails.usesSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}
