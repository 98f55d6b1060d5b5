import { endOtherSessions } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';

type EndAllDialogProps = { opened: boolean; onClose: () => void; onEnded: (count: number) => void };

export function EndAllDialog({ opened, onClose, onEnded }: EndAllDialogProps) {
  const { t } = useText();
  const { busy, frame } = useSubmit({
    initial: {},
    check: {},
    send: async () => {
      const { reply } = await call(endOtherSessions, {});
      onEnded(reply.ended);
    },
  });
  return (
    <Dialog title={t('sessions.endAll')} opened={opened} onClose={onClose}>
      <FormFrame state={frame}>
        <p>{t('sessions.endAllBody')}</p>
        <DialogActions busy={busy} submit={t('sessions.endAllSubmit')} danger onCancel={onClose} focusCancel />
      </FormFrame>
    </Dialog>
  );
}
