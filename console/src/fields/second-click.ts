/** So long after a click, or after the answer to what it began, another one at the same place belongs to the first. */
const soon = 600;
const near = 6;

type Click = { x: number; y: number; at: number; control: Element | null };
let first: Click | undefined;

/**
 * A page may move under a finger: an answer comes, a dialog opens, a field is complained about. The second click of a
 * hasty pair would hit what is there now, which nobody aimed at. Only what the first one hit gets it.
 */
export function guardSecondClicks() {
  addEventListener('click', guard, true);
  // Whoever types or pastes has seen what is there.
  for (const event of ['keydown', 'input']) addEventListener(event, () => (first = undefined), true);
}

/** What the first click began has an answer just now. */
export function noteAnswer() {
  if (first) first.at = performance.now();
}

function guard(event: MouseEvent) {
  // A keyboard, or a program, has no place.
  if (event.detail === 0) return;
  const control = (event.target as Element).closest('a, button, input, label, select, summary, textarea, [role]');
  const click = { x: event.clientX, y: event.clientY, at: performance.now(), control };
  const stray = first !== undefined && isSecond(click, first) && control !== first.control;
  first = stray ? undefined : click;
  if (!stray) return;
  event.preventDefault();
  event.stopPropagation();
}

function isSecond(click: Click, { x, y, at }: Click): boolean {
  return click.at - at < soon && Math.hypot(click.x - x, click.y - y) < near;
}
