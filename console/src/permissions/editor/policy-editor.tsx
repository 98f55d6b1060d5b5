import type { EditorView } from '@codemirror/view';
import { applyEdit } from '@warifu/policy';
import { type ReactNode, useDeferredValue, useId, useMemo, useRef, useState } from 'react';
import { announce } from '../../announce.tsx';
import { asFailure } from '../../failure.ts';
import { describeFailure } from '../../failure-words.ts';
import { FormFrame } from '../../fields/form-frame.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { useText } from '../../language.ts';
import { type Remark, remarkOnRefusal } from './check-text.ts';
import { Checks } from './checks.tsx';
import { CodeArea } from './code-area.tsx';
import type { DocumentKind } from './document-kind.ts';
import { EditorBar } from './editor-bar.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { UnsavedGuard } from './unsaved-guard.tsx';

export type PolicyEditorProps = {
  kind: DocumentKind;
  /** What is saved at present; empty when nothing is. */
  saved: string;
  /** What to begin with instead, for a copy. */
  start?: string | undefined;
  /** Whom saving touches, in words. */
  affects?: string | undefined;
  /** Saves the text; what it throws is shown. `base` is what the person saw as saved. */
  onSave: (text: string, base: string) => Promise<void>;
  /** What else changes the text, over it, and what reads it, under it. */
  above?: (text: string, onChange: (text: string) => void) => ReactNode;
  below?: (text: string) => ReactNode;
};

/** The editor of a document: text, checks, and a look at the changes before they are saved. */
export function PolicyEditor({ kind, saved, start, affects, onSave, above, below }: PolicyEditorProps) {
  const { t } = useText();
  const hintId = useId();
  const view = useRef<EditorView>(undefined);
  const leaving = useRef(false);
  const [text, setText] = useDraft(saved || kind.empty, start);
  const [reviewing, setReviewing] = useState(false);
  const { remarks, check, refuse } = useRemarks(kind, text);
  const dirty = text !== (saved || kind.empty);

  const goTo = ({ from }: Remark) => {
    view.current?.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    view.current?.focus();
  };
  /** Nothing is sent that the server would refuse, or that changes nothing. */
  const mayProceed = () => {
    const error = check().find(({ level }) => level === 'error');
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
    } catch (error) {
      const refused = refuse(error);
      if (!refused) throw error;
      setReviewing(false);
      goTo(refused);
    } finally {
      leaving.current = false;
    }
  };
  const { busy, frame } = useSubmit({ initial: {}, check: {}, send: async () => (mayProceed() ? save() : undefined) });

  return (
    <>
      {above?.(text, setText)}
      <FormFrame state={frame}>
        <EditorBar
          templates={kind.templates}
          busy={busy}
          dirty={dirty}
          onTemplate={(chosen) => {
            setText(chosen);
            announce(t('editor.replaced'));
            view.current?.focus();
          }}
          onFormat={() => setText(kind.format(text))}
          onReview={() => setReviewing(mayProceed())}
        />
        <CodeArea
          kind={kind}
          describedBy={hintId}
          text={text}
          remarks={remarks}
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
      {below?.(text)}
      <ReviewDialog
        kind={kind}
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

/** What is to be said of the text: by the checks here, and by the server where it refused this very text. */
function useRemarks(kind: DocumentKind, text: string) {
  const { t, language } = useText();
  const settled = useDeferredValue(text);
  const [refused, setRefused] = useState<{ text: string; remark: Remark }>();
  const remarks = useMemo(() => {
    const found = kind.check(settled, language);
    return refused?.text === settled ? [refused.remark, ...found] : found;
  }, [kind, settled, language, refused]);
  const refuse = (error: unknown) => {
    const failure = asFailure(error);
    const remark = remarkOnRefusal(text, failure.facts, describeFailure(failure, t));
    if (remark) setRefused({ text, remark });
    return remark;
  };
  return { remarks: settled === text ? remarks : none, check: () => kind.check(text, language), refuse };
}

const none: readonly Remark[] = [];

/** The text being edited. What was saved meanwhile replaces it only where nothing was typed. */
function useDraft(saved: string, start: string | undefined) {
  const [text, setText] = useState(start ?? saved);
  const [base, setBase] = useState(saved);
  if (base !== saved) {
    if (text === base) setText(saved);
    setBase(saved);
  }
  return [text, setText] as const;
}
