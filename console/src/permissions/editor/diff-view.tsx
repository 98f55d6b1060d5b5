import { json } from '@codemirror/lang-json';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useText } from '../../language.ts';
import type { TextKey } from '../../locales/catalogue.ts';
import css from './diff-view.module.css';
import { editorLook } from './look.ts';

const usualHeads = ['editor.before', 'editor.after'] as const;
const narrow = '(max-width: 48em)';

type DiffViewProps = { before: string; after: string; heads?: readonly [before: TextKey, after: TextKey] };

/** Two texts beside each other, or on a narrow screen one with the changes in it. */
export function DiffView({ before, after, heads = usualHeads }: DiffViewProps) {
  const { t } = useText();
  const host = useRef<HTMLDivElement>(null);
  const [beforeLabel, afterLabel] = [t(heads[0]), t(heads[1])];
  useEffect(() => {
    if (!host.current) return;
    const made = matchMedia(narrow).matches
      ? unified(host.current, before, after, afterLabel)
      : sideBySide(host.current, before, after, beforeLabel, afterLabel);
    return () => made.destroy();
  }, [before, after, beforeLabel, afterLabel]);
  return (
    <div>
      <div className={css.heads} aria-hidden="true">
        <span>{beforeLabel}</span>
        <span>{afterLabel}</span>
      </div>
      <div ref={host} className={css.diff} translate="no" />
    </div>
  );
}

function still(label: string) {
  return [
    json(),
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    ...editorLook,
  ];
}

function sideBySide(parent: HTMLElement, before: string, after: string, beforeLabel: string, afterLabel: string) {
  return new MergeView({
    parent,
    a: { doc: before, extensions: still(beforeLabel) },
    b: { doc: after, extensions: still(afterLabel) },
    gutter: true,
    collapseUnchanged: { margin: 3, minSize: 6 },
  });
}

function unified(parent: HTMLElement, before: string, after: string, label: string) {
  const changes = unifiedMergeView({ original: before, mergeControls: false, gutter: true });
  return new EditorView({ parent, doc: after, extensions: [...still(label), changes] });
}
