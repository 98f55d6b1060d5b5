import type { EditorView } from '@codemirror/view';
import { applyEdit } from '@warifu/policy';
import { useDeferredValue, useId, useMemo, useRef, useState } from 'react';
import { announce } from '../../announce.tsx';
import { FormFrame } from '../../fields/form-frame.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { useText } from '../../language.ts';
import { checkText, type Remark } from './check-text.ts';
import { Checks } from './checks.tsx';
import { CodeArea } from './code-area.tsx';
import { EditorBar } from './editor-bar.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { emptyPermission, formatted } from './templates.ts';
import { UnsavedGuard } from './unsaved-guard.tsx';

export type PolicyEditorProps = {
  /** What is saved at present; empty when nothing is. */
  saved: string;
  /** What to begin with instead, for a copy. */
  start?: string | undefined;
  /** Whom saving touches, in words. */
  affects?: string | undefined;
  /** Saves the text; what it throws is shown. `base` is what the person saw as saved. */
  onSave: (text: string, base: string) => Promise<void>;
};

/** The editor of a permission: text, checks, and a look at the changes before they are saved. */
export function PolicyEditor({ saved, start, affects, onSave }: PolicyEditorProps) {
  const { t, language } = useText();
  const hintId = useId();
  const view = useRef<EditorView>(undefined);
  const leaving = useRef(false);
  const [text, setText] = useDraft(saved, start);
  const [reviewing, setReviewing] = useState(false);
  const settled = useDeferredValue(text);
  const remarks = useMemo(() => checkText(settled, language), [settled, language]);
  const dirty = text !== (saved || emptyPermission);

  const goTo = ({ from }: Remark) => {
    view.current?.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    view.current?.focus();
  };
  /** Nothing is sent that the server would refuse, or that changes nothing. */
  const mayProceed = () => {
    const error = checkText(text, language).find(({ level }) => level === 'error');
    if (!error && dirty && text.trim() !== '') return true;
    announce(t(error ? 'editor.fixFirst' : 'editor.unchanged'));
    if (error) goTo(error);
    return false;
  };
  const save = async () => {
    leaving.current = true;
    try {
      await onSave(text, saved);
      setReviewing(false);
    } finally {
      leaving.current = false;
    }
  };
  const { busy, frame } = useSubmit({ initial: {}, check: {}, send: async () => (mayProceed() ? save() : undefined) });

  return (
    <>
      <FormFrame state={frame}>
        <EditorBar
          busy={busy}
          dirty={dirty}
          onTemplate={(chosen) => {
            setText(chosen);
            announce(t('editor.replaced'));
            view.current?.focus();
          }}
          onFormat={() => setText(formatted(text))}
          onReview={() => setReviewing(mayProceed())}
        />
        <CodeArea
          label={t('editor.label')}
          describedBy={hintId}
          text={text}
          remarks={settled === text ? remarks : []}
          onChange={setText}
          onReady={(made) => {
            view.current = made;
          }}
        />
        <p id={hintId} className="quiet small">
          {t('editor.leave')}
        </p>
        <Checks remarks={remarks} onGoTo={goTo} onFix={({ fix }) => setText(fix ? applyEdit(text, fix) : text)} />
      </FormFrame>
      <ReviewDialog
        opened={reviewing}
        before={saved}
        after={text}
        affects={affects}
        onClose={() => setReviewing(false)}
        onSave={save}
      />
      <UnsavedGuard isDirty={() => dirty && !leaving.current} />
    </>
  );
}

/** The text being edited. What was saved meanwhile replaces it only where nothing was typed. */
function useDraft(saved: string, start: string | undefined) {
  const [text, setText] = useState(start ?? (saved || emptyPermission));
  const [base, setBase] = useState(saved);
  if (base !== saved) {
    if (text === (base || emptyPermission)) setText(saved || emptyPermission);
    setBase(saved);
  }
  return [text, setText] as const;
}
