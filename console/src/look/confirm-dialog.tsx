import type { ReactNode } from 'react';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Dialog, DialogActions } from './dialog.tsx';
import { Words } from './name.tsx';

type ConfirmDialogProps = {
  title: string;
  /** What happens, to whom, what stays, and how to undo it. */
  body: readonly string[];
  /** The verb. */
  submit: string;
  opened: boolean;
  onClose: () => void;
  send: () => Promise<void>;
  children?: ReactNode;
};

/** Asks before something that destroys. It has no field, so the focus starts on the way out. */
export function ConfirmDialog({ title, opened, onClose, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog title={title} opened={opened} onClose={onClose}>
      <ConfirmForm {...rest} onClose={onClose} />
    </Dialog>
  );
}

function ConfirmForm({ body, submit, onClose, send, children }: Omit<ConfirmDialogProps, 'title' | 'opened'>) {
  const { busy, frame } = useSubmit({ initial: {}, check: {}, send });
  return (
    <FormFrame state={frame}>
      {body.map((words) => (
        <p key={words}>
          <Words>{words}</Words>
        </p>
      ))}
      {children}
      <DialogActions busy={busy} submit={submit} danger onCancel={onClose} focusCancel />
    </FormFrame>
  );
}
