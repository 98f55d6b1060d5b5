import { deleteEmail } from '@warifu/contract';
import { call } from '../api.ts';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { useSession } from '../session/session.ts';
import type { Done } from './done.ts';
import type { EmailInfo } from './emails.ts';

type DeleteEmailDialogProps = { email: EmailInfo | undefined; onClose: () => void; onDone: Done };

export function DeleteEmailDialog({ email: info, onClose, onDone }: DeleteEmailDialogProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const email = info?.email ?? '';
  return (
    <ConfirmDialog
      title={t('emails.deleteTitle')}
      body={[t('emails.deleteBody', { email: named(email) })]}
      submit={t('emails.deleteSubmit')}
      opened={info !== undefined}
      onClose={onClose}
      send={async () => {
        await call(deleteEmail, { operator_id: operatorId, email_id: info?.emailId ?? '' });
        await onDone('emails.deleted', { email });
      }}
    />
  );
}
