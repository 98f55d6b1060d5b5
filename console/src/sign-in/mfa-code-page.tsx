import { beginPasskeySignIn, verifySignIn } from '@warifu/contract';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { codeCheck } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { OtherFactor, useFactor } from '../fields/use-factor.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { askPasskey } from '../passkey.ts';
import { enterConsole, go, useCarried } from './navigation.ts';
import css from './page.module.css';
import { Page } from './page.tsx';
import { PageLink } from './page-link.tsx';
import { isSamSignIn } from './sam-sign-in.ts';

export function MfaCodePage() {
  const { t } = useText();
  const carry = useCarried();
  const choice = useFactor(carry.factors ?? []);
  const byPasskey = choice.kind === 'passkey';
  const { field, busy, frame } = useSubmit({
    initial: { code: '' },
    check: byPasskey ? {} : { code: codeCheck(t) },
    send: async ({ code }) => {
      await call(verifySignIn, byPasskey ? await pendingPasskey() : { mfaOTPCode: code }).catch(startAgainWhenOver);
      enterConsole();
    },
  });
  return (
    <Page
      title={t(byPasskey ? 'mfaCode.passkeyTitle' : 'mfaCode.title')}
      lead={t(byPasskey ? 'mfaCode.passkeyLead' : 'mfaCode.lead')}
    >
      <FormFrame state={frame}>
        {!byPasskey && <CodeField {...field('code')} />}
        <SubmitButton busy={busy} busyText={t('login.submitting')} fullWidth>
          {t(byPasskey ? 'passkey.use' : 'mfaCode.submit')}
        </SubmitButton>
        <OtherFactor choice={choice} />
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

async function pendingPasskey() {
  const { reply } = await call(beginPasskeySignIn, { pending: true }).catch(startAgainWhenOver);
  return { passkey: await askPasskey(reply.options) };
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
