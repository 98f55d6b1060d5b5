import { TextInput } from '@mantine/core';
import { renameFactor } from '@warifu/contract';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import type { Factor } from './factors.ts';

type RenameDialogProps = { factor: Factor | undefined; onClose: () => void; onRenamed: () => Promise<void> };

export function RenameDialog({ factor, onClose, onRenamed }: RenameDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('passkeys.renameTitle')} opened={factor !== undefined} onClose={onClose}>
      {factor && <RenameForm factor={factor} onClose={onClose} onRenamed={onRenamed} />}
    </Dialog>
  );
}

function RenameForm({ factor, onClose, onRenamed }: RenameDialogProps & { factor: Factor }) {
  const { t } = useText();
  const { field, busy, frame } = useSubmit({
    initial: { label: factor.label || t('passkeys.unnamed') },
    check: { label: filled(t, t('passkeys.name')) },
    send: async ({ label }) => {
      await call(renameFactor, { factor_id: factor.factorId, label: label.trim() });
      await onRenamed();
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput
        {...field('label')}
        label={t('passkeys.name')}
        description={t('passkeys.nameHint')}
        maxLength={64}
        autoComplete="off"
        translate="no"
        data-autofocus
      />
      <DialogActions busy={busy} submit={t('passkeys.renameSubmit')} onCancel={onClose} />
    </FormFrame>
  );
}
