import { act } from 'react';

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean;
}
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

// Browsers tell of a moved selection when the script is through. Here it would be in the midst of it, which the editor
// refuses; nothing else listens to it.
const tell = document.dispatchEvent.bind(document);
document.dispatchEvent = (event) => event.type === 'selectionchange' || tell(event);

/** Longer than the slowest machine needs for the first page, whose code is read and transformed then. */
const patience = 120_000;

/** Waits until something holds; what React has to do meanwhile is done. */
export async function until<T>(look: () => T | null | undefined | false, what: string): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end)
      throw new Error(`waited for ${what}; the page says:\n${textOf(document.querySelector('[role=dialog], main'))}`);
    await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
  }
}

/** The words of an element, spaces put together. */
export function textOf(element: Element | null | undefined): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

const isShown = (element: Element) => !element.closest('[aria-hidden=true], [hidden]');

/** What a screen reader would call a control or field. */
export function nameOf(element: Element): string {
  const label = element.getAttribute('aria-label');
  if (label !== null) return label;
  const by = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
  if (by.length > 0) return by.map((id) => textOf(document.getElementById(id))).join(' ');
  const own = element.id === '' ? null : document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
  return textOf(own ?? element.closest('label') ?? element).replace(/ ?\*$/, '');
}

const selectors = {
  button: 'button, [role=button]',
  link: 'a[href]',
  field: 'input:not([type=hidden]), select, textarea',
  heading: 'h1, h2, h3',
  row: 'tbody tr',
  alert: '[role=alert]',
  dialog: '[role=dialog]',
  checkbox: 'input[type=checkbox]',
} as const;
type Role = keyof typeof selectors;

/** Everything of a role with a name, in the page or in a part of it. */
export function all(role: Role, name?: string | RegExp, scope: ParentNode = document): HTMLElement[] {
  const found = [...scope.querySelectorAll<HTMLElement>(selectors[role])].filter(isShown);
  if (name === undefined) return found;
  const fits = (text: string) => (typeof name === 'string' ? text === name : name.test(text));
  return found.filter((element) => fits(nameOf(element)) || fits(textOf(element)));
}

/** The first of them, when it is there. */
export async function find(role: Role, name?: string | RegExp, scope?: ParentNode): Promise<HTMLElement> {
  return await until(() => all(role, name, scope)[0], `${role} ${String(name)}`);
}

/** Clicks as a person would; a disabled control does nothing. */
export async function click(element: HTMLElement): Promise<void> {
  await act(async () => {
    element.dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }));
    element.click();
  });
}

/** Types a text into a field, in the place of what is there; chooses it in a select. */
export async function type(element: HTMLElement, text: string): Promise<void> {
  await act(async () => {
    const kind =
      element instanceof HTMLSelectElement
        ? HTMLSelectElement
        : element instanceof HTMLTextAreaElement
          ? HTMLTextAreaElement
          : HTMLInputElement;
    // React listens to what the browser sets, not to what is set on the element itself.
    Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(element, text);
    element.dispatchEvent(new Event(element instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  });
}

/** Sends the form that an element is in. */
export async function submit(element: HTMLElement): Promise<void> {
  await act(async () => {
    element.closest('form')?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  });
}

/** Names that a translating browser would touch: text outside of every `translate="no"`. */
export function translatable(names: readonly string[], scope: Element = document.body): string[] {
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  const found: string[] = [];
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement || parentElement.closest('[translate=no], script, style, title')) continue;
    const name = names.find((one) => textContent?.includes(one));
    if (name !== undefined) found.push(`${name} in "${textContent}" of <${parentElement.tagName.toLowerCase()}>`);
  }
  return found;
}
