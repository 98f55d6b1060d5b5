import { useQueryClient } from '@tanstack/react-query';
import { updateOperatorPassword, updateUserPassword } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { filled, newPasswordCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { NewPasswordField } from '../fields/new-password-field.tsx';
import { HiddenUserName, PasswordField } from '../fields/password-field.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { focusPageTitle } from '../look/focus.ts';
import { showOutcome } from '../outcome.tsx';
import { accountName, type Session, sessionQuery, useSession } from '../session/session.ts';
import { useMinLength } from './use-min-length.ts';

export function PasswordPage() {
  const { t } = useText();
  // A changed password leaves an empty form behind, not one with old values.
  const [changes, setChanges] = useState(0);
  const { isRoot } = useSession();
  return (
    <Page title={t('password.title')} lead={t(isRoot ? 'password.lead' : 'password.leadSam')}>
      <Card>
        <PasswordForm key={changes} fresh={changes === 0} onChanged={() => setChanges((count) => count + 1)} />
      </Card>
    </Page>
  );
}

function PasswordForm({ fresh, onChanged }: { fresh: boolean; onChanged: () => void }) {
  const { t } = useText();
  const session = useSession();
  const queries = useQueryClient();
  const min = useMinLength();
  const { field, busy, frame } = useSubmit({
    initial: { password: '', newPassword: '' },
    check: { password: filled(t, t('field.currentPassword')), newPassword: newPasswordCheck(t, min) },
    send: async ({ password, newPassword }) => {
      const { receipt } = await change(session, { currentPassword: password, newPassword });
      showOutcome('password.changed', receipt);
      queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      onChanged();
      focusPageTitle();
    },
  });
  return (
    <FormFrame state={frame}>
      <HiddenUserName value={accountName(session)} />
      <div style={{ maxWidth: '26rem' }} className="stack">
        <PasswordField
          {...field('password')}
          label={t('field.currentPassword')}
          autoComplete="current-password"
          autoFocus={fresh}
        />
        <NewPasswordField {...field('newPassword')} label={t('field.newPassword')} min={min} email={session.email} />
      </div>
      <p>{t('password.others')}</p>
      <div className="row">
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('password.submit')}
        </SubmitButton>
        {session.isRoot ? (
          <a href="/password/forgot">{t('password.forgot')}</a>
        ) : (
          <p className="quiet small">{t('password.samForgot')}</p>
        )}
      </div>
    </FormFrame>
  );
}

function change({ operatorId, userName }: Session, passwords: { currentPassword: string; newPassword: string }) {
  if (userName === undefined) return call(updateOperatorPassword, { operator_id: operatorId, ...passwords });
  return call(updateUserPassword, { operator_id: operatorId, user_name: userName, ...passwords });
}
