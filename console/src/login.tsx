import './look/kit-login.ts';
import { createRoot } from 'react-dom/client';
import { guardSecondClicks } from './fields/second-click.ts';
import { startLanguage } from './language.ts';
import { common as commonEn } from './locales/en/common.ts';
import { signIn as signInEn } from './locales/en/sign-in.ts';
import { common as commonJa } from './locales/ja/common.ts';
import { signIn as signInJa } from './locales/ja/sign-in.ts';
import { Look } from './look/provider.tsx';
import { watchForLinkToken } from './sign-in/link-token.ts';
import { Pages } from './sign-in/pages.tsx';

watchForLinkToken();
guardSecondClicks();
startLanguage({ ...commonJa, ...signInJa }, { ...commonEn, ...signInEn });
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <Look>
      <Pages />
    </Look>,
  );
}
