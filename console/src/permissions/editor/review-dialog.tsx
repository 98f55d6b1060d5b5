import { FormFrame } from '../../fields/form-frame.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { countText, useText } from '../../language.ts';
import { Dialog, DialogActions } from '../../look/dialog.tsx';
import { Words } from '../../look/name.tsx';
import { DiffView } from './diff-view.tsx';
import type { DocumentKind } from './document-kind.ts';

type ReviewDialogProps = {
  kind: DocumentKind;
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

function ReviewForm({ kind, before, after, affects, onClose, onSave }: Omit<ReviewDialogProps, 'opened'>) {
  const { t } = useText();
  const { busy, frame } = useSubmit({ initial: {}, check: {}, send: () => onSave(after) });
  return (
    <FormFrame state={frame}>
      {affects && <p>{affects}</p>}
      <DiffView before={before} after={after} />
      <section className="stack-tight" aria-labelledby="change-words">
        <h3 id="change-words">{t(kind.changes.title)}</h3>
        <ChangeWords kind={kind} before={before} after={after} />
      </section>
      <DialogActions busy={busy} submit={t('editor.save')} onCancel={onClose} focusCancel />
    </FormFrame>
  );
}

const shown = 30;

/** What a changed document means, in words. */
export function ChangeWords({ kind, before, after }: Pick<ReviewDialogProps, 'kind' | 'before' | 'after'>) {
  const { t } = useText();
  const words = kind.changeWords(before, after, t);
  if (words.length === 0) return <p>{t(kind.changes.none)}</p>;
  return (
    <>
      <ul>
        {words.slice(0, shown).map((line) => (
          <li key={line}>
            <Words>{line}</Words>
          </li>
        ))}
      </ul>
      {words.length > shown && <p className="quiet">{countText('editor.more', words.length - shown)}</p>}
    </>
  );
}
