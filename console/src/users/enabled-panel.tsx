import { Button } from '@mantine/core';
import { useText } from '../language.ts';
import { DialogFoot } from '../look/dialog.tsx';
import { Notice } from '../look/notice.tsx';

/** The last step for a SAM user: there are no backup codes, so it says who helps. */
export function EnabledPanel({ onDone }: { onDone: () => void }) {
  const { t } = useText();
  return (
    <div className="stack">
      <p className="quiet small">{t('userMfa.doneStep')}</p>
      <Notice tone="info" role="status">
        <p>{t('userMfa.noCodes')}</p>
      </Notice>
      <DialogFoot>
        <Button onClick={onDone} autoFocus>
          {t('userMfa.done')}
        </Button>
      </DialogFoot>
    </div>
  );
}
