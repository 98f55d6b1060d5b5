import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useText } from '../../language.ts';
import type { Remark } from './check-text.ts';
import css from './code-area.module.css';
import { completion } from './completion.ts';
import type { DocumentKind } from './document-kind.ts';
import { editorLook } from './look.ts';
import { meaning } from './meaning.ts';
import { replaceSelection } from './replace-selection.ts';

export type CodeAreaProps = {
  kind: DocumentKind;
  describedBy: string;
  text: string;
  remarks: readonly Remark[];
  onChange: (text: string) => void;
  /** Gives the page a hold on the editor, to go to a place. */
  onReady: (view: EditorView) => void;
};

/** The text of a document with line numbers, colours, suggestions, and remarks where they belong. */
export function CodeArea({ kind, describedBy, text, remarks, onChange, onReady }: CodeAreaProps) {
  const { t, language } = useText();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const kindNow = useRef(kind);
  kindNow.current = kind;
  const changed = useRef(onChange);
  changed.current = onChange;

  // The editor keeps its own state; a new one is made only for another language of its texts.
  useEffect(() => {
    if (!host.current) return;
    const extensions = [
      ...basics,
      autocompletion({ override: [completion(() => kindNow.current, t)], icons: false, maxRenderedOptions: 10 }),
      meaning(() => kindNow.current),
      EditorView.contentAttributes.of({ 'aria-label': t(kind.label), 'aria-describedby': describedBy }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed.current(update.state.doc.toString());
      }),
    ];
    const made = new EditorView({ parent: host.current, state: EditorState.create({ doc: text, extensions }) });
    view.current = made;
    onReady(made);
    return () => made.destroy();
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, [language]);

  useEffect(() => {
    const current = view.current;
    if (!current || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const current = view.current;
    if (current)
      current.dispatch(
        setDiagnostics(
          current.state,
          remarks.map((r) => diagnosticOf(r, current.state)),
        ),
      );
  }, [remarks]);

  return <div ref={host} className={css.area} translate="no" />;
}

const basics = [
  lineNumbers(),
  history(),
  drawSelection(),
  highlightActiveLine(),
  bracketMatching(),
  closeBrackets(),
  lintGutter(),
  EditorView.lineWrapping,
  replaceSelection,
  indentUnit.of('  '),
  json(),
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
  ...editorLook,
];

const severities = { error: 'error', security: 'warning', suggestion: 'info' } as const;

function diagnosticOf({ level, from, to, message }: Remark, state: EditorState): Diagnostic {
  const end = state.doc.length;
  return { severity: severities[level], from: Math.min(from, end), to: Math.min(Math.max(to, from), end), message };
}
