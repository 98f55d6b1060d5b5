import type { Language } from '@warifu/contract';
import { useSyncExternalStore } from 'react';
import type { Catalogue, PluralKey, TextKey } from './locales/catalogue.ts';
import type { Plural } from './locales/plural.ts';
import { browserLanguage, chosenLanguage, rememberLanguage } from './preferences.ts';

export type Params = Record<string, string | number>;
/** Gives the text of a key in the current language, its `{parameters}` filled in. */
export type Translate = (key: TextKey, params?: Params) => string;

let language: Language = 'ja';
// Each of the two bundles brings the parts of the catalogue that its pages use.
let catalogues: Record<Language, Partial<Catalogue>> = { ja: {}, en: {} };
const listeners = new Set<() => void>();

/** Starts the texts of a page; the language is the one chosen on this browser, else the browser's own. */
export function startLanguage(ja: Partial<Catalogue>, en: Partial<Catalogue>) {
  catalogues = { ja, en };
  switchTo(chosenLanguage() ?? browserLanguage());
}

/** Adds the texts of pages that arrive later than the page they are opened from. */
export function addTexts(ja: Partial<Catalogue>, en: Partial<Catalogue>) {
  catalogues = { ja: { ...catalogues.ja, ...ja }, en: { ...catalogues.en, ...en } };
}

function switchTo(wanted: Language) {
  language = wanted;
  document.documentElement.lang = wanted;
  for (const listener of listeners) listener();
}

export function currentLanguage(): Language {
  return language;
}

/** Changes the texts at once and remembers the choice on this browser. */
export function chooseLanguage(wanted: Language) {
  rememberLanguage(wanted);
  switchTo(wanted);
}

/** The language of the account, for a browser on which nobody chose one. */
export function followAccount(wanted: Language) {
  if (chosenLanguage() === undefined && wanted !== language) switchTo(wanted);
}

/** What this server is called: the page says it, the same in every language. */
function nameOfThisServer(): string | undefined {
  return globalThis.document?.querySelector?.<HTMLMetaElement>('meta[name="application-name"]')?.content;
}

function lookUp(key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], catalogues[language]);
}

/** Marks around a name inside of a text. They are not seen, and no name that the server takes has them. */
export const startOfName = '\u2062';
export const endOfName = '\u2063';

/** A value for a text that `Words` shows: it keeps the name from being translated by the browser. */
export function named(name: string): string {
  return `${startOfName}${name}${endOfName}`;
}

const isJapanese = (text: string | undefined) => /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u.test(text ?? '');
const seen = (text: string) => text.replaceAll(startOfName, '').replaceAll(endOfName, '');

/**
 * Puts the values in. The space beside one is for Latin words; between Japanese ones there is none. What is inside of a
 * value stays as it is: a name may have a space of its own.
 */
function fill(text: string, params: Params): string {
  let filled = '';
  for (const piece of text.split(/(\{\w+\})/)) {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    const added = name === undefined ? piece : String(params[name] ?? '');
    const [before, after] = [seen(filled), seen(added)];
    if (name === undefined && /^ /.test(after) && isJapanese(before.at(-1)) && isJapanese(after[1])) {
      filled += added.slice(1);
    } else if (name !== undefined && / $/.test(before) && isJapanese(before.at(-2)) && isJapanese(after[0])) {
      filled = filled.replace(/ $/, '') + added;
    } else filled += added;
  }
  return filled;
}

/** The text of a key in the current language; components take it from `useText`, which renders them anew. */
export const translate: Translate = (key, params = {}) => {
  const text = (key === 'product.name' && nameOfThisServer()) || lookUp(key);
  return fill(typeof text === 'string' ? text : key, params);
};

/** The form of a text for a count, by the rules of the language (CLDR). */
export function countText(key: PluralKey, count: number): string {
  const { one, other } = lookUp(key) as Plural;
  const singular = new Intl.PluralRules(language).select(count) === 'one';
  return fill((singular ? one : undefined) ?? other, { count });
}

/** The things of a list in the words of the language: `a, b, and c`. */
export function listOf(things: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(things);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The texts; the component is rendered anew when the language changes. */
export function useText(): { t: Translate; language: Language } {
  return { t: translate, language: useSyncExternalStore(subscribe, currentLanguage) };
}
