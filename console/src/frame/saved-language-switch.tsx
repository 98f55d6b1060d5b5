import { setLanguage } from '@warifu/contract';
import { call } from '../api.ts';
import { LanguageSwitch } from './language-switch.tsx';

/** Switches the language here and for the account's mails. Should saving fail, this browser still remembers. */
export function SavedLanguageSwitch() {
  return <LanguageSwitch onChoose={(language) => call(setLanguage, { language }).catch(() => undefined)} />;
}
