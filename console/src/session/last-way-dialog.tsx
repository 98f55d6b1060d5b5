import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { Failure } from '../failure.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { Name } from '../look/name.tsx';
import { useAskedLoss } from './ask-last-way.ts';

/** Asks once more, with a box to tick, before anything after which somebody gets in less well (MFA0037). */
export function LastWayDialog() {
  const { t } = useText();
  const asked = useAskedLoss();
  // While the dialog fades out it shows what it showed.
  const [last, setLast] = useState(asked);
  if (asked && asked !== last) setLast(asked);
  return (
    <Dialog title={t('lastWay.title')} opened={asked !== undefined} onClose={() => asked?.settle(false)}>
      {last && <LossForm key={last.loss.requestId} loss={last.loss} settle={last.settle} />}
    </Dialog>
  );
}

function LossForm({ loss, settle }: { loss: Failure; settle: (confirmed: boolean) => void }) {
  const { t } = useText();
  const { field, set, busy, frame } = useSubmit({
    initial: { agreed: '' },
    check: { agreed: (value) => (value === 'yes' ? null : t('lastWay.tick')) },
    send: async () => settle(true),
  });
  const { id, name, value, error } = field('agreed');
  const people = loss.facts.userNames?.split(', ') ?? [];
  return (
    <FormFrame state={frame}>
      <p>{loss.message}</p>
      {people.length > 0 && (
        <>
          <p>{t('lastWay.people')}</p>
          <ul>
            {people.map((person) => (
              <li key={person}>
                <Name>{person}</Name>
              </li>
            ))}
          </ul>
        </>
      )}
      <Checkbox
        id={id}
        name={name}
        data-autofocus
        label={t('lastWay.agree')}
        checked={value === 'yes'}
        error={error}
        onChange={({ currentTarget }) => set('agreed', currentTarget.checked ? 'yes' : '')}
      />
      <DialogActions busy={busy} submit={t('lastWay.submit')} danger onCancel={() => settle(false)} />
    </FormFrame>
  );
}
