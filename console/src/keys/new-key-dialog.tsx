import { useState } from 'react';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { named, useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Words } from '../look/name.tsx';
import { showOutcome } from '../outcome.tsx';
import { NewKeyPanel } from './new-key-panel.tsx';
import type { KeyOwner, NewAuthKey } from './owner.ts';

type NewKeyDialogProps = {
  owner: KeyOwner;
  name: string;
  opened: boolean;
  onClose: () => void;
  onGenerated: () => void;
};

/** Generates a key and shows its secret, this once. */
export function NewKeyDialog({ owner, name, opened, onClose, onGenerated }: NewKeyDialogProps) {
  const { t } = useText();
  const [made, setMade] = useState<NewAuthKey>();
  const [asking, setAsking] = useState(false);
  const done = () => {
    setMade(undefined);
    setAsking(false);
    onClose();
    showOutcome('keys.generated');
  };
  if (made) {
    return (
      <Dialog title={t('keys.newTitle')} opened onClose={() => setAsking(true)} size="38rem">
        <NewKeyPanel made={made} asking={asking} onAsk={setAsking} onDone={done} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('keys.generateTitle')} opened={opened} onClose={onClose}>
      <GenerateForm
        owner={owner}
        name={name}
        onClose={onClose}
        onMade={(key) => {
          setMade(key);
          onGenerated();
        }}
      />
    </Dialog>
  );
}

type GenerateFormProps = { owner: KeyOwner; name: string; onClose: () => void; onMade: (key: NewAuthKey) => void };

function GenerateForm({ owner, name, onClose, onMade }: GenerateFormProps) {
  const { t } = useText();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => onMade(await owner.generate()),
  });
  return (
    <FormFrame state={frame}>
      <p>
        <Words>{t('keys.generateBody', { name: named(name) })}</Words>
      </p>
      <DialogActions busy={busy} submit={t('keys.generateSubmit')} onCancel={onClose} focusCancel />
    </FormFrame>
  );
}
