import { TextInput } from '@mantine/core';
import { issueAddEmailToken } from '@warifu/contract';
import { call } from '../api.ts';
import { emailCheck, filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { accountName, useSession } from '../session/session.ts';
import type { Done } from './done.ts';

type AddEmailDialogProps = { opened: boolean; onClose: () => void; onDone: Done };

export function AddEmailDialog({ opened, onClose, onDone }: AddEmailDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('emails.add')} opened={opened} onClose={onClose}>
      <AddForm onClose={onClose} onDone={onDone} />
    </Dialog>
  );
}

function AddForm({ onClose, onDone }: Omit<AddEmailDialogProps, 'opened'>) {
  const { t } = useText();
  const session = useSession();
  const { field, busy, frame } = useSubmit({
    initial: { email: '', password: '' },
    check: { email: emailCheck(t), password: filled(t, t('field.password')) },
    send: async ({ email, password }) => {
      await call(issueAddEmailToken, { email: email.trim(), password });
      await onDone('emails.addSent', { email: email.trim() });
    },
  });
  return (
    <FormFrame state={frame}>
      <p>{t('emails.addBody')}</p>
      <TextInput {...field('email')} label={t('field.email')} type="email" autoComplete="email" data-autofocus />
      <HiddenUserName value={accountName(session)} />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      <DialogActions busy={busy} submit={t('emails.addSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}
