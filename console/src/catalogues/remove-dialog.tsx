import { Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { deleteCatalogue, previewCatalogue } from '@warifu/contract';
import { call } from '../api.ts';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { useSession } from '../session/session.ts';
import { forgetCatalogues } from './catalogues.ts';
import { TouchedPermissions } from './touched.tsx';

/** Asks before a catalogue is removed, and says whose permissions are about nothing then. */
export function RemoveDialog({ name, onClose }: { name: string; onClose: () => Promise<void> }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const which = { operator_id: operatorId, catalogue: name };
  const { data, error } = useQuery({
    queryKey: ['catalogue', 'removing', name],
    queryFn: () => call(previewCatalogue, which),
    gcTime: 0,
    retry: false,
  });
  const remove = async () => {
    await call(deleteCatalogue, which, { ifMatch: data?.tag });
    await onClose();
    await forgetCatalogues(queries);
    showOutcome('catalogues.removed', undefined, { name: named(name) });
    focusPageTitle();
  };
  return (
    <ConfirmDialog
      title={t('catalogues.removeTitle')}
      body={[t('catalogues.removeBody', { name: named(name) })]}
      submit={t('catalogues.remove')}
      opened
      onClose={() => void onClose()}
      send={remove}
    >
      {!data && !error && <Skeleton height={80} radius={6} />}
      {error && <FailureNotice error={error} />}
      {data && <TouchedPermissions preview={data.reply} />}
    </ConfirmDialog>
  );
}
