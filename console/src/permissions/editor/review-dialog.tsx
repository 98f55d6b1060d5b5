import { FormFrame } from '../../fields/form-frame.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { countText, useText } from '../../language.ts';
import { Dialog, DialogActions } from '../../look/dialog.tsx';
import { changeWords } from './change-words.ts';
import { DiffView } from './diff-view.tsx';

type ReviewDialogProps = {
  opened: boolean;
  before: string;
  after: string;
  /** Whom saving touches, in words. */
  affects?: string | undefined;
  onClose: () => void;
  onSave: (text: string) => Promise<void>;
};

/** What changes, as a diff and in words, before it is saved. */
export function ReviewDialog({ opened, onClose, ...rest }: ReviewDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('editor.reviewTitle')} opened={opened} onClose={onClose} size="62rem">
      <ReviewForm {...rest} onClose={onClose} />
    </Dialog>
  );
}

function ReviewForm({ before, after, affects, onClose, onSave }: Omit<ReviewDialogProps, 'opened'>) {
  const { t } = useText();
  const { busy, frame } = useSubmit({ initial: {}, check: {}, send: () => onSave(after) });
  return (
    <FormFrame state={frame}>
      {affects && <p>{affects}</p>}
      <DiffView before={before} after={after} />
      <section className="stack-tight" aria-labelledby="change-words">
        <h3 id="change-words">{t('editor.words')}</h3>
        <ChangeWords before={before} after={after} />
      </section>
      <DialogActions busy={busy} submit={t('editor.save')} onCancel={onClose} focusCancel />
    </FormFrame>
  );
}

const shown = 30;

function ChangeWords({ before, after }: { before: string; after: string }) {
  const { t } = useText();
  const words = changeWords(before, after, t);
  if (words.length === 0) return <p>{t('editor.nothingChanges')}</p>;
  return (
    <>
      <ul>
        {words.slice(0, shown).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {words.length > shown && <p className="quiet">{countText('editor.more', words.length - shown)}</p>}
    </>
  );
}
