import type { Language } from '@warifu/contract';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { browserLanguage, chosenLanguage, rememberLanguage } from './preferences.ts';

type Catalogue = Record<string, unknown>;

/** Starts the texts of a page; the language is the one chosen on this browser, else the browser's own. */
export function startLanguage(ja: Catalogue, en: Catalogue) {
  i18next.use(initReactI18next).init({
    lng: chosenLanguage() ?? browserLanguage(),
    fallbackLng: 'ja',
    resources: { ja: { translation: ja }, en: { translation: en } },
    // React escapes what it renders.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  i18next.on('languageChanged', markPage);
  markPage();
}

function markPage() {
  document.documentElement.lang = currentLanguage();
}

export function currentLanguage(): Language {
  return i18next.language === 'en' ? 'en' : 'ja';
}

/** Changes the texts at once and remembers the choice on this browser. */
export function chooseLanguage(language: Language) {
  rememberLanguage(language);
  i18next.changeLanguage(language);
}

/** The language of the account, for a browser on which nobody chose one. */
export function followAccount(language: Language) {
  if (chosenLanguage() === undefined) i18next.changeLanguage(language);
}
