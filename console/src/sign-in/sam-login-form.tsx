import { signIn } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { asFailure, failure } from '../failure.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { PasswordField } from '../fields/password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { forgetOperator, rememberedOperator, rememberOperator } from '../preferences.ts';
import { enterConsole, go, useCarried } from './navigation.ts';
import css from './page.module.css';
import { SamNameFields } from './sam-name-fields.tsx';
import { knownOperator } from './sam-sign-in.ts';

/** A SAM user has no address: the operator and the name say who it is. */
export function SamLoginForm() {
  const { t } = useText();
  const { userName: known = '' } = useCarried();
  const [remember, setRemember] = useState(() => rememberedOperator() !== '');
  const { field, busy, frame } = useSubmit({
    initial: { operatorId: knownOperator(), userName: known, password: '' },
    check: {
      operatorId: (value) => (/^OP\d+$/.test(operatorIdIn(value)) ? null : t('login.operatorForm')),
      userName: filled(t, t('field.userName')),
      password: filled(t, t('field.password')),
    },
    send: async (typed) => {
      const operatorId = operatorIdIn(typed.operatorId);
      const userName = typed.userName.trim();
      const { reply } = await call(signIn, { operatorId, userName, password: typed.password }).catch(tellAsSam);
      if (remember) rememberOperator(operatorId);
      else forgetOperator();
      if (reply.next === 'DONE') return enterConsole();
      const search = new URLSearchParams(location.search);
      search.set('as', 'sam');
      search.set('operator', operatorId);
      search.delete('notice');
      go(`/login/mfa?${search}`, { userName, factors: reply.factors ?? [] });
    },
  });
  return (
    <FormFrame state={frame}>
      <SamNameFields
        operatorId={field('operatorId')}
        userName={{ ...field('userName'), autoComplete: 'username webauthn' }}
      />
      <PasswordField {...field('password')} label={t('field.password')} autoComplete="current-password" />
      <label className={css.check}>
        <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
        {t('login.remember')}
      </label>
      <SubmitButton busy={busy} busyText={t('login.submitting')} fullWidth>
        {t('login.submit')}
      </SubmitButton>
    </FormFrame>
  );
}

/** The same refusal, in words that fit the three fields. */
function tellAsSam(error: unknown): never {
  const refused = asFailure(error);
  throw refused.code === 'AUM0002' ? failure({ code: 'SAM_LOGIN_FAILED', status: refused.status }) : refused;
}

/** An operator ID as somebody typed it, in any case or width. */
function operatorIdIn(typed: string): string {
  return typed.normalize('NFKC').trim().toUpperCase();
}
