import { type EditorView, hoverTooltip } from '@codemirror/view';
import { placeIn } from './completion.ts';
import type { DocumentKind } from './document-kind.ts';

/** Says what a name stands for when somebody points at it. */
export function meaning(kindNow: () => DocumentKind) {
  return hoverTooltip((view: EditorView, pos, side) => {
    const place = placeIn(view.state, pos + (side > 0 ? 1 : 0));
    if (place?.kind !== 'value') return null;
    const lines = kindNow().meaning?.(place.member, view.state.sliceDoc(place.from + 1, place.to - 1)) ?? [];
    if (lines.length === 0) return null;
    return { pos: place.from, end: place.to, above: true, create: () => ({ dom: linesIn(lines) }) };
  });
}

function linesIn(lines: readonly string[]): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'cm-meaning';
  for (const line of lines) {
    const row = document.createElement('div');
    // As text: a summary is what somebody else wrote.
    row.textContent = line;
    dom.append(row);
  }
  return dom;
}
