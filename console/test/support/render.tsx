import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { addTexts, chooseLanguage, startLanguage } from '../../src/language.ts';
import { common as commonEn } from '../../src/locales/en/common.ts';
import { security as securityEn } from '../../src/locales/en/security.ts';
import { signIn as signInEn } from '../../src/locales/en/sign-in.ts';
import { common as commonJa } from '../../src/locales/ja/common.ts';
import { security as securityJa } from '../../src/locales/ja/security.ts';
import { signIn as signInJa } from '../../src/locales/ja/sign-in.ts';
import { Look } from '../../src/look/provider.tsx';
import './page.ts';

startLanguage({ ...commonJa, ...securityJa }, { ...commonEn, ...securityEn });
addTexts(signInJa, signInEn);

let unmount = () => {};

/** Puts something on an empty page, in the look of the console. */
export async function show(children: ReactNode, language: 'ja' | 'en' = 'en'): Promise<HTMLElement> {
  unmount();
  chooseLanguage(language);
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  const root = createRoot(place);
  await act(async () => root.render(<Look>{children}</Look>));
  unmount = () => act(() => root.unmount());
  return place;
}
