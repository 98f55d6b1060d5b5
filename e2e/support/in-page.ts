import type { Locator, Page } from 'playwright-core';

// These functions run inside the browser. The checkout has no types of the DOM, on purpose: the server has none either.
type Box = { scrollWidth: number; clientWidth: number };
type Element = {
  tagName: string;
  type: string;
  autocomplete: string;
  inputMode: string;
  form: unknown;
  parentElement: Element | null;
  closest: (selector: string) => Element | null;
  getAttribute: (name: string) => string | null;
  dispatchEvent: (event: unknown) => boolean;
};
type Style = {
  outlineStyle: string;
  outlineWidth: string;
  outlineColor: string;
  backgroundColor: string;
  color: string;
};
type Dom = {
  document: {
    activeElement: Element;
    documentElement: Box;
    getAnimations: () => { playState: string; effect: { getTiming: () => { iterations: number } } | null }[];
  };
  requestAnimationFrame: (then: () => void) => void;
  getComputedStyle: (element: unknown) => Style;
  DataTransfer: new () => { setData: (type: string, text: string) => void };
  ClipboardEvent: new (name: string, options: object) => unknown;
};

export function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate(
    (element: unknown) => element === (globalThis as unknown as Dom).document.activeElement,
  ) as Promise<boolean>;
}

/** Ground and text, as `rgb(…)`. */
export function coloursOf(target: Locator): Promise<string[]> {
  return target.evaluate((element: unknown) => {
    const { backgroundColor, color } = (globalThis as unknown as Dom).getComputedStyle(element);
    return [backgroundColor, color];
  });
}

/** The name of the element that has the focus, in capitals. */
export function focusedTag(page: Page): Promise<string> {
  return page.evaluate(() => (globalThis as unknown as Dom).document.activeElement.tagName);
}

export function isFocusInDialog(page: Page): Promise<boolean> {
  return page.evaluate(() => (globalThis as unknown as Dom).document.activeElement.closest('[role=dialog]') !== null);
}

/**
 * How well one sees what has the focus: the contrast of the outline, around it or around what frames it, with the ground
 * (WCAG 2.2, 1.4.11 wants 3). 0 when there is none.
 */
export function focusContrast(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as unknown as Dom;
    const { activeElement } = document;
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const isRinged = (one: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== 'none' && outlineWidth !== '0px';
    };
    const ringed = [activeElement, activeElement.closest('label, [class*="wrapper"], li, div')].find(
      (one) => one !== null && isRinged(one),
    );
    if (!ringed) return 0;
    let ground = ringed.parentElement;
    while (ground && channels(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    const [one, other] = [
      getComputedStyle(ringed).outlineColor,
      ground ? getComputedStyle(ground).backgroundColor : '',
    ];
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  });
}

export type InputFacts = {
  type: string;
  autocomplete: string;
  inputMode: string;
  maxLength: string | null;
  inForm: boolean;
};

/** What browsers and password managers read off a field. */
export function inputFacts(target: Locator): Promise<InputFacts> {
  return target.evaluate((element: unknown) => {
    const { type, autocomplete, inputMode, form, getAttribute } = element as Element;
    const maxLength = getAttribute.call(element, 'maxlength');
    return { type, autocomplete, inputMode, maxLength, inForm: form !== null };
  }) as Promise<InputFacts>;
}

/** A real paste event with a text of several lines, which no keyboard shortcut can bring into a headless page. */
export async function paste(target: Locator, text: string): Promise<void> {
  await target.focus();
  await target.evaluate((element: unknown, pasted: string) => {
    const { DataTransfer, ClipboardEvent } = globalThis as unknown as Dom;
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    (element as Element).dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

export function widths(page: Page): Promise<{ content: number; view: number }> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = (globalThis as unknown as Dom).document.documentElement;
    return { content: scrollWidth, view: clientWidth };
  });
}

/** Buttons in tables whose text does not stand on one line. */
export function brokenButtons(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: {
        querySelectorAll: (selector: string) => Iterable<{ textContent: string }>;
        createRange: () => {
          selectNodeContents: (of: unknown) => void;
          getClientRects: () => Iterable<{ top: number }>;
        };
      };
    };
    const lines = (of: unknown) => {
      const range = document.createRange();
      range.selectNodeContents(of);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    };
    return [...document.querySelectorAll('table .mantine-Button-label')]
      .filter((label) => lines(label) > 1)
      .map(({ textContent }) => textContent);
  });
}

/** Waits until what fades or slides has come to rest; half-faded text has too little contrast for anybody. */
export function atRest(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const { document, requestAnimationFrame } = globalThis as unknown as Dom;
    const moving = () =>
      document
        .getAnimations()
        .some(
          ({ playState, effect }) =>
            playState === 'running' && effect?.getTiming().iterations !== Number.POSITIVE_INFINITY,
        );
    for (let quiet = 0, frames = 0; quiet < 3 && frames < 300; frames++) {
      await new Promise<void>((resolve) => requestAnimationFrame(resolve));
      quiet = moving() ? 0 : quiet + 1;
    }
  });
}

type Styled = {
  parentElement: Styled | null;
  type: string;
  name: string;
  id: string;
  checkVisibility: () => boolean;
  matches: (selector: string) => boolean;
};
type Styles = { appearance: string; borderTopWidth: string; borderTopColor: string; backgroundColor: string };

/** Fields, selects and check boxes whose edge has less than 3:1 against what is around them (WCAG 1.4.11). */
export function faintEdges(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const dom = globalThis as unknown as {
      document: { querySelectorAll: (selector: string) => Iterable<Styled> };
      getComputedStyle: (element: Styled) => Styles;
    };
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const isClear = (color: string) => channels(color)[3] === 0;
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
        const part = value / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one: string, other: string) => {
      const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    const style = (element: Styled) => dom.getComputedStyle(element);
    const up = (from: Styled | null, fits: (element: Styled) => boolean): Styled | null => {
      let element = from;
      while (element && !fits(element)) element = element.parentElement;
      return element;
    };
    const controls = 'input:not([type=hidden], [type=radio]), select, textarea, .cm-editor';
    return (
      [...dom.document.querySelectorAll(controls)]
        .filter((control) => control.checkVisibility() && !control.matches(':disabled, :checked'))
        // Drawn by the browser, and not by what the style sheet says.
        .filter((control) => control.type !== 'checkbox' || style(control).appearance === 'none')
        .flatMap((control) => {
          const edged = up(control, (element) => style(element).borderTopWidth !== '0px');
          const around = up(edged?.parentElement ?? null, (element) => !isClear(style(element).backgroundColor));
          if (!edged || !around) return [`${control.name || control.id}: no edge`];
          const ratio = contrast(style(edged).borderTopColor, style(around).backgroundColor);
          return ratio >= 3 ? [] : [`${control.type} ${control.name || control.id}: ${ratio.toFixed(2)}`];
        })
    );
  });
}
