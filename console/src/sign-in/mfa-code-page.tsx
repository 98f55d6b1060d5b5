import { verifySignIn } from '@warifu/contract';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { codeCheck } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { enterConsole, go, useCarried } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { isSamSignIn } from './sam-sign-in.ts';

export function MfaCodePage() {
  const { t } = useText();
  const carry = useCarried();
  const { field, busy, frame } = useSubmit({
    initial: { code: '' },
    check: { code: codeCheck(t) },
    send: async ({ code }) => {
      await call(verifySignIn, { mfaOTPCode: code }).catch(startAgainWhenOver);
      enterConsole();
    },
  });
  return (
    <Page title={t('mfaCode.title')} lead={t('mfaCode.lead')}>
      <FormFrame state={frame}>
        <CodeField {...field('code')} />
        <SubmitButton busy={busy} busyText={t('login.submitting')} fullWidth>
          {t('mfaCode.submit')}
        </SubmitButton>
      </FormFrame>
      <div className={css.links}>
        <PageLink to={isSamSignIn() ? `/mfa/reset${location.search}` : '/mfa/reset'} carry={carry}>
          {t('mfaCode.cannot')}
        </PageLink>
        <PageLink to={`/login${location.search}`}>{t('mfaCode.someoneElse')}</PageLink>
      </div>
    </Page>
  );
}

/** The password was proved too long ago, or too many codes were wrong: back to the start. */
function startAgainWhenOver(error: unknown): never {
  if (asFailure(error).code === 'AUM0018') {
    const search = new URLSearchParams(location.search);
    search.set('notice', 'pending-over');
    go(`/login?${search}`);
  }
  throw error;
}
