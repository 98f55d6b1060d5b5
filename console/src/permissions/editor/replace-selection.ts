import { EditorView } from '@codemirror/view';

/**
 * Types over a selection. Left to itself Chromium would style the new text inline, which the page's policy refuses,
 * with a complaint in its console for each character.
 */
export const replaceSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const typed = event.data;
    if (event.inputType !== 'insertText' || typed === null || empty || view.composing) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(typed), { userEvent: 'input.type' });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, typed, insert))) view.dispatch(insert());
    return true;
  },
});
