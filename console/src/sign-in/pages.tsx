import type { ComponentType } from 'react';
import { AccountLockPage } from './account-lock-page.tsx';
import { EmailVerifyPage } from './email-verify-page.tsx';
import { Frame } from './frame.tsx';
import { HelpPage } from './help-page.tsx';
import { LoginPage } from './login-page.tsx';
import { AssistedCodePage, AssistedLinkPage, AssistedStopPage } from './mfa-assisted-page.tsx';
import { MfaCodePage } from './mfa-code-page.tsx';
import { MfaResetCancelPage } from './mfa-reset-cancel-page.tsx';
import { MfaResetPage } from './mfa-reset-page.tsx';
import { MfaResetVerifyPage } from './mfa-reset-verify-page.tsx';
import { MissingPage } from './missing-page.tsx';
import { usePath } from './navigation.ts';
import { PasswordForgotPage } from './password-forgot-page.tsx';
import { PasswordResetPage } from './password-reset-page.tsx';
import { SetupPage } from './setup-page.tsx';
import { SignUpPage } from './sign-up-page.tsx';
import { SignUpVerifyPage } from './sign-up-verify-page.tsx';

const pages: Record<string, ComponentType> = {
  '/setup': SetupPage,
  '/login': LoginPage,
  '/login/mfa': MfaCodePage,
  '/mfa/reset': MfaResetPage,
  '/mfa/reset/verify': MfaResetVerifyPage,
  '/mfa/reset/cancel': MfaResetCancelPage,
  '/mfa/reset/code': AssistedCodePage,
  '/mfa/assisted': AssistedLinkPage,
  '/mfa/assisted/cancel': AssistedStopPage,
  '/password/forgot': PasswordForgotPage,
  '/password/reset': PasswordResetPage,
  '/signup': SignUpPage,
  '/signup/verify': SignUpVerifyPage,
  '/email/verify': EmailVerifyPage,
  '/account/lock': AccountLockPage,
  '/help/login': HelpPage,
};

/** Every page before sign-in, by its path. */
export function Pages() {
  const path = usePath();
  const Current = pages[path] ?? MissingPage;
  return (
    <Frame>
      <Current key={path} />
    </Frame>
  );
}
