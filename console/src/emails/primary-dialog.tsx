import { Button, NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { setSystemNotification } from '@warifu/contract';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions, DialogFoot } from '../look/dialog.tsx';
import { accountName, sessionQuery, useSession } from '../session/session.ts';
import type { Done } from './done.ts';
import { type EmailInfo, purposeParams } from './emails.ts';

type PrimaryDialogProps = { choices: EmailInfo[]; opened: boolean; onClose: () => void; onDone: Done };

/** Another primary address is another name to log in with, so the password is asked. */
export function PrimaryDialog({ choices, opened, onClose, onDone }: PrimaryDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('emails.primaryTitle')} opened={opened} onClose={onClose}>
      {choices.length === 0 ? (
        <div className="stack">
          <p>{t('emails.primaryNone')}</p>
          <DialogFoot>
            <Button variant="default" onClick={onClose} data-autofocus>
              {t('action.close')}
            </Button>
          </DialogFoot>
        </div>
      ) : (
        <PrimaryForm choices={choices} onClose={onClose} onDone={onDone} />
      )}
    </Dialog>
  );
}

function PrimaryForm({ choices, onClose, onDone }: Omit<PrimaryDialogProps, 'opened'>) {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const { set, field, busy, frame } = useSubmit({
    initial: { emailId: choices[0]?.emailId ?? '', password: '' },
    check: { password: filled(t, t('field.password')) },
    send: async ({ emailId, password }) => {
      const primary = purposeParams(session.operatorId, 'primary');
      await call(setSystemNotification, { ...primary, emailIdList: [emailId], password });
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      await onDone('emails.saved');
    },
  });
  return (
    <FormFrame state={frame}>
      <p>{t('emails.primaryBody')}</p>
      <NativeSelect
        {...field('emailId')}
        translate="no"
        onChange={(event) => set('emailId', event.currentTarget.value)}
        size="md"
        label={t('emails.primaryField')}
        data={choices.map(({ emailId, email }) => ({ value: emailId, label: email }))}
        data-autofocus
      />
      <HiddenUserName value={accountName(session)} />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      <DialogActions busy={busy} submit={t('emails.primarySubmit')} onCancel={onClose} />
    </FormFrame>
  );
}
