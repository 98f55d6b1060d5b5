import type { Language } from '@warifu/contract';

export type Scheme = 'auto' | 'light' | 'dark';

// Cookies and not localStorage: logging out clears the storage of this origin, and these should outlive it.
const oneYear = 365 * 24 * 60 * 60;

function readCookie(name: string): string | undefined {
  return new RegExp(`(?:^|; )${name}=(\\w+)`).exec(document.cookie)?.[1];
}

function writeCookie(name: string, value: string, seconds = oneYear) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  // The Cookie Store API cannot be read before the first paint.
  document.cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; SameSite=Strict${secure}`;
}

/** The language a person chose on this browser, if any. */
export function chosenLanguage(): Language | undefined {
  const value = readCookie('warifu-language');
  return value === 'ja' || value === 'en' ? value : undefined;
}

/** The language before anything is known about the account: the browser's, else Japanese. */
export function browserLanguage(): Language {
  return navigator.language.startsWith('en') ? 'en' : 'ja';
}

export function rememberLanguage(language: Language) {
  writeCookie('warifu-language', language);
}

export function chosenScheme(): Scheme {
  const value = readCookie('warifu-scheme');
  return value === 'light' || value === 'dark' ? value : 'auto';
}

export function rememberScheme(scheme: Scheme) {
  writeCookie('warifu-scheme', scheme);
}

// Another server on this host name, at another port, has other operators.
const operatorCookie = () => `warifu-operator${location.port}`;

/** The operator whose SAM users log in on this browser, if a person asked to keep it. */
export function rememberedOperator(): string {
  return readCookie(operatorCookie()) ?? '';
}

export function rememberOperator(operatorId: string) {
  writeCookie(operatorCookie(), operatorId);
}

export function forgetOperator() {
  writeCookie(operatorCookie(), '', 0);
}
