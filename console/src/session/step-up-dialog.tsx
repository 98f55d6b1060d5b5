import { useQueryClient } from '@tanstack/react-query';
import { stepUp } from '@warifu/contract';
import { useSyncExternalStore } from 'react';
import { call } from '../api.ts';
import { codeCheck, filled } from '../fields/checks.ts';
import { CodeField } from '../fields/code-field.tsx';
import { FormFrame } from '../fields/form-frame.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { accountName, sessionQuery, useSession } from './session.ts';

type Asked = { answer: Promise<boolean>; settle: (confirmed: boolean) => void };

let asked: Asked | undefined;
const listeners = new Set<() => void>();

function change(next: Asked | undefined) {
  asked = next;
  for (const listener of listeners) listener();
}

/** Opens the dialog; calls that are blocked meanwhile wait for the same answer. */
export function confirmIdentity(): Promise<boolean> {
  if (asked) return asked.answer;
  let settle = (_: boolean) => {};
  const answer = new Promise<boolean>((resolve) => {
    settle = (confirmed) => {
      change(undefined);
      resolve(confirmed);
    };
  });
  change({ answer, settle });
  return answer;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Asks who is sitting here before something sensitive. What the person had entered elsewhere stays as it is. */
export function StepUpDialog() {
  const { t } = useText();
  const open = useSyncExternalStore(subscribe, () => asked);
  return (
    <Dialog title={t('stepUp.title')} opened={open !== undefined} onClose={() => open?.settle(false)}>
      {open && <StepUpForm settle={open.settle} />}
    </Dialog>
  );
}

function StepUpForm({ settle }: { settle: (confirmed: boolean) => void }) {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const withCode = session.mfaStatus === 'ACTIVE';
  const { field, busy, frame } = useSubmit({
    initial: { password: '', code: '' },
    check: { password: filled(t, t('field.password')), ...(withCode ? { code: codeCheck(t) } : {}) },
    send: async ({ password, code }) => {
      await call(stepUp, withCode ? { password, mfaOTPCode: code } : { password });
      // The blocked call is repeated with the CSRF token of the renewed session.
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      settle(true);
    },
  });
  return (
    <FormFrame state={frame}>
      <p>{t(withCode ? 'stepUp.bodyMfa' : 'stepUp.body')}</p>
      <p>
        <span className="quiet small">{t('stepUp.account')}</span>
        <br />
        <strong>{accountName(session)}</strong>
      </p>
      <HiddenUserName value={accountName(session)} />
      <PasswordField
        {...field('password')}
        label={t('field.password')}
        autoComplete="current-password"
        data-autofocus
      />
      {withCode && <CodeField {...field('code')} />}
      <DialogActions busy={busy} submit={t('stepUp.submit')} onCancel={() => settle(false)} />
    </FormFrame>
  );
}
