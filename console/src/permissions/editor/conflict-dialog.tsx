import { Button } from '@mantine/core';
import { FormFrame } from '../../fields/form-frame.tsx';
import { SubmitButton } from '../../fields/submit-button.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { useText } from '../../language.ts';
import { Dialog } from '../../look/dialog.tsx';
import { DiffView } from './diff-view.tsx';
import type { DocumentKind } from './document-kind.ts';
import { ChangeWords } from './review-dialog.tsx';

type ConflictDialogProps = {
  kind: DocumentKind;
  /** What somebody else saved; without it there is no conflict. */
  theirs: string | undefined;
  mine: string;
  onClose: () => void;
  onTakeTheirs: () => void;
  onOverwrite: () => Promise<void>;
};

/** Two people changed the same: both texts, and which of them it is to be. What was typed stays until that is said. */
export function ConflictDialog({ theirs, onClose, ...rest }: ConflictDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('editor.conflictTitle')} opened={theirs !== undefined} onClose={onClose} size="62rem">
      {theirs !== undefined && <ConflictForm {...rest} theirs={theirs} onClose={onClose} />}
    </Dialog>
  );
}

function ConflictForm({
  kind,
  theirs,
  mine,
  onClose,
  onTakeTheirs,
  onOverwrite,
}: ConflictDialogProps & { theirs: string }) {
  const { t } = useText();
  const { busy, frame } = useSubmit({ initial: {}, check: {}, send: onOverwrite });
  return (
    <FormFrame state={frame}>
      <p>{t('editor.conflict')}</p>
      <DiffView before={theirs} after={mine} heads={['editor.theirs', 'editor.mine']} />
      <section className="stack-tight" aria-labelledby="conflict-words">
        <h3 id="conflict-words">{t('editor.conflictWords')}</h3>
        <ChangeWords kind={kind} before={theirs} after={mine} />
      </section>
      <div className="row row-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('editor.stay')}
        </Button>
        <Button variant="default" onClick={onTakeTheirs}>
          {t('editor.takeTheirs')}
        </Button>
        <SubmitButton busy={busy} busyText={t('action.working')} color="shu">
          {t('editor.overwrite')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
