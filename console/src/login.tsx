import './look/kit-login.ts';
import type { ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { guardSecondClicks } from './fields/second-click.ts';
import { startLanguage } from './language.ts';
import { common as commonEn } from './locales/en/common.ts';
import { signIn as signInEn } from './locales/en/sign-in.ts';
import { common as commonJa } from './locales/ja/common.ts';
import { signIn as signInJa } from './locales/ja/sign-in.ts';
import { Look } from './look/provider.tsx';
import { AccountLockPage } from './sign-in/account-lock-page.tsx';
import { EmailVerifyPage } from './sign-in/email-verify-page.tsx';
import { Frame } from './sign-in/frame.tsx';
import { HelpPage } from './sign-in/help-page.tsx';
import { watchForLinkToken } from './sign-in/link-token.ts';
import { LoginPage } from './sign-in/login-page.tsx';
import { MfaCodePage } from './sign-in/mfa-code-page.tsx';
import { MfaResetCancelPage } from './sign-in/mfa-reset-cancel-page.tsx';
import { MfaResetPage } from './sign-in/mfa-reset-page.tsx';
import { MfaResetVerifyPage } from './sign-in/mfa-reset-verify-page.tsx';
import { MissingPage } from './sign-in/missing-page.tsx';
import { usePath } from './sign-in/navigation.ts';
import { PasswordForgotPage } from './sign-in/password-forgot-page.tsx';
import { PasswordResetPage } from './sign-in/password-reset-page.tsx';
import { SetupPage } from './sign-in/setup-page.tsx';
import { SignUpPage } from './sign-in/sign-up-page.tsx';
import { SignUpVerifyPage } from './sign-in/sign-up-verify-page.tsx';

const pages: Record<string, ComponentType> = {
  '/setup': SetupPage,
  '/login': LoginPage,
  '/login/mfa': MfaCodePage,
  '/mfa/reset': MfaResetPage,
  '/mfa/reset/verify': MfaResetVerifyPage,
  '/mfa/reset/cancel': MfaResetCancelPage,
  '/password/forgot': PasswordForgotPage,
  '/password/reset': PasswordResetPage,
  '/signup': SignUpPage,
  '/signup/verify': SignUpVerifyPage,
  '/email/verify': EmailVerifyPage,
  '/account/lock': AccountLockPage,
  '/help/login': HelpPage,
};

function Pages() {
  const path = usePath();
  const Current = pages[path] ?? MissingPage;
  return (
    <Frame>
      <Current key={path} />
    </Frame>
  );
}

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
