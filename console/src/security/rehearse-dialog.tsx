import { rehearseBackupCode } from '@warifu/contract';
import { call } from '../api.ts';
import { BackupCodeField } from '../fields/backup-code-field.tsx';
import { backupCodeCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Facts } from '../look/facts.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { CodeSetName } from './code-set-name.tsx';

type RehearseDialogProps = {
  /** The set that is valid now; without one there is nothing to test. */
  set: { number: number; mark: string } | undefined;
  opened: boolean;
  onClose: () => void;
  onChanged: () => void;
};

/** Tells whether a backup code is right, and leaves it as good as it was. */
export function RehearseDialog({ set, opened, ...rest }: RehearseDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('rehearse.title')} opened={opened && set !== undefined} onClose={rest.onClose}>
      {set && <RehearseForm set={set} {...rest} />}
    </Dialog>
  );
}

type RehearseFormProps = Omit<RehearseDialogProps, 'set' | 'opened'> & { set: { number: number; mark: string } };

function RehearseForm({ set, onClose, onChanged }: RehearseFormProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const form = useSubmit({
    initial: { backupCode: '' },
    check: { backupCode: backupCodeCheck(t) },
    send: async ({ backupCode }) => {
      // A wrong one leaves fewer tries, and stands in the list of them as well.
      const { reply } = await call(rehearseBackupCode, { operator_id: operatorId, backupCode }).finally(onChanged);
      onClose();
      showOutcome('rehearse.right', undefined, { n: reply.setNumber });
      focusPageTitle();
    },
  });
  return (
    <FormFrame state={form.frame}>
      <p>{t('rehearse.body')}</p>
      <Facts facts={[[t('rehearse.set'), <CodeSetName key="set" number={set.number} mark={set.mark} />]]} />
      <BackupCodeField {...form.field('backupCode')} onPick={(code) => form.set('backupCode', code)} />
      <p className="quiet small">{t('rehearse.counts')}</p>
      <DialogActions busy={form.busy} submit={t('rehearse.submit')} onCancel={onClose} />
    </FormFrame>
  );
}
