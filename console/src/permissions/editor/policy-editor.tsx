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
import { ConflictDialog } from './conflict-dialog.tsx';
import type { DocumentKind } from './document-kind.ts';
import { type Draft, followSaved, type Saved, saveDraft } from './draft.ts';
import { EditorBar } from './editor-bar.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { UnsavedGuard } from './unsaved-guard.tsx';

export type PolicyEditorProps = {
  kind: DocumentKind;
  /** What is saved at present; its text is empty when nothing is. */
  saved: Saved;
  /** What to begin with instead, for a copy. */
  start?: string | undefined;
  /** Whom saving touches, in words. */
  affects?: string | undefined;
  /** Saves the text if what is saved still has the tag; what it throws is shown. */
  onSave: (text: string, tag: string | undefined) => Promise<void>;
  /** Reads anew what is saved; only something new has nothing to be read. */
  latest?: () => Promise<Saved>;
  /** What else changes the text, over it, and what reads it, under it. */
  above?: (text: string, onChange: (text: string) => void) => ReactNode;
  below?: (text: string) => ReactNode;
};

/** The editor of a document: text, checks, and a look at the changes before they are saved. */
export function PolicyEditor({ kind, saved, start, affects, onSave, latest, above, below }: PolicyEditorProps) {
  const { t } = useText();
  const hintId = useId();
  const view = useRef<EditorView>(undefined);
  const leaving = useRef(false);
  const { draft, setText, setDraft } = useDraft(saved, kind.empty, start);
  const { text, base } = draft;
  const [reviewing, setReviewing] = useState(false);
  const [theirs, setTheirs] = useState<Saved>();
  const { remarks, check, refuse } = useRemarks(kind, text);
  const dirty = text !== (base.text || kind.empty);

  const goTo = ({ from }: Remark) => {
    view.current?.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    view.current?.focus();
  };
  /** Nothing is sent that the server would refuse, or that changes nothing. */
  const mayProceed = () => {
    const error = check().find(isError);
    if (!error && dirty && text.trim() !== '') return true;
    announce(t(error ? 'editor.fixFirst' : 'editor.unchanged'));
    if (error) goTo(error);
    return false;
  };
  /** A text with an error in its form has no layout; the way to the error is more use than silence. */
  const tidy = () => {
    const tidied = kind.format(text);
    setText(tidied);
    const error = tidied === text ? check().find(isError) : undefined;
    if (!error) return;
    announce(t('editor.fixFirst'));
    goTo(error);
  };
  const save = async (over = base) => {
    leaving.current = true;
    try {
      setTheirs(await saveDraft({ text, base: over }, onSave, latest ?? (async () => over)));
      setReviewing(false);
    } catch (error) {
      const refused = refuse(error);
      if (!refused) throw error;
      setReviewing(false);
      setTheirs(undefined);
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
          broken={remarks.some(isError)}
          onTemplate={(chosen) => {
            setText(chosen);
            announce(t('editor.replaced'));
            view.current?.focus();
          }}
          onFormat={tidy}
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
        before={base.text}
        after={text}
        affects={affects}
        onClose={() => setReviewing(false)}
        onSave={() => save()}
      />
      <ConflictDialog
        kind={kind}
        theirs={theirs?.text}
        mine={text}
        onClose={() => setTheirs(undefined)}
        onTakeTheirs={() => {
          if (theirs) setDraft({ text: theirs.text || kind.empty, base: theirs });
          setTheirs(undefined);
          announce(t('editor.theirsTaken'));
        }}
        onOverwrite={() => save(theirs)}
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

const isError = ({ level }: Remark) => level === 'error';

/** The text being edited, and what it began with. */
function useDraft(saved: Saved, empty: string, start: string | undefined) {
  const [draft, setDraft] = useState<Draft>({ text: start ?? (saved.text || empty), base: saved });
  const followed =
    saved.tag === draft.base.tag && saved.text === draft.base.text ? draft : followSaved(draft, saved, empty);
  if (followed !== draft) setDraft(followed);
  const setText = (text: string) => setDraft(({ base }) => ({ text, base }));
  return { draft: followed, setText, setDraft };
}
