import { Skeleton, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import {
  deleteOwnEmail,
  deleteUserEmail,
  getOwnEmail,
  getUserEmail,
  updateOwnEmail,
  updateUserEmail,
} from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { emailCheck } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Facts } from '../look/facts.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { Name } from '../look/name.tsx';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { read } from '../permissions/use-refusal.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from './users.ts';

/** The address of a SAM user: its own business, and that of whoever the permissions let. */
export function UserEmailCard({ userName }: { userName: string }) {
  const { t } = useText();
  const self = useSession().userName === userName;
  const { data, error, isPending } = useUserEmail(userName, self);
  return (
    <Card id="email" title={t('userEmail.title')}>
      <p className="quiet">{t(self ? 'userEmail.leadSelf' : 'userEmail.lead')}</p>
      {isPending && <Skeleton height={60} />}
      {error && <FailureNotice error={error} userName={userName} />}
      {data && <Addresses email={data.email} pendingEmail={data.pendingEmail} />}
      {data && <AddressForm key={data.pendingEmail ?? ''} userName={userName} self={self} />}
      {data && (data.email ?? data.pendingEmail) !== undefined && <Removal userName={userName} self={self} />}
    </Card>
  );
}

function useUserEmail(userName: string, self: boolean) {
  return useQuery({
    queryKey: [...usersKey, 'email', userName],
    queryFn: async ({ client }) =>
      self ? (await call(getOwnEmail, {})).reply : (await read(client, getUserEmail, { user_name: userName })).reply,
  });
}

type AddressesProps = { email: string | undefined; pendingEmail: string | undefined };

function Addresses({ email, pendingEmail }: AddressesProps) {
  const { t } = useText();
  if (email === undefined && pendingEmail === undefined) return <p>{t('userEmail.none')}</p>;
  const facts: (readonly [string, React.ReactNode])[] = [];
  if (email !== undefined) facts.push([t('userEmail.current'), <Name key="email">{email}</Name>]);
  if (pendingEmail !== undefined) facts.push([t('userEmail.pending'), <Name key="pending">{pendingEmail}</Name>]);
  return (
    <>
      <Facts facts={facts} />
      {pendingEmail !== undefined && <p className="quiet small">{t('userEmail.pendingHint')}</p>}
    </>
  );
}

type WhoseProps = { userName: string; self: boolean };

function AddressForm({ userName, self }: WhoseProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const { field, busy, frame } = useSubmit({
    initial: { email: '' },
    check: { email: emailCheck(t) },
    send: async ({ email }) => {
      const body = { email: email.trim() };
      if (self) await call(updateOwnEmail, body);
      else await call(updateUserEmail, { operator_id: operatorId, user_name: userName, ...body });
      await queries.invalidateQueries({ queryKey: usersKey });
      showOutcome('userEmail.sent');
      focusPageTitle();
    },
  });
  const label = t('userEmail.submit');
  const address = field('email');
  return (
    <FormFrame state={frame}>
      <TextInput {...address} label={t('userEmail.address')} type="email" autoComplete={self ? 'email' : 'off'} />
      <div>
        {self ? (
          <SubmitButton variant="default" busy={busy} busyText={t('action.working')}>
            {label}
          </SubmitButton>
        ) : (
          <GuardedButton
            endpoint={updateUserEmail}
            userName={userName}
            variant="default"
            busy={busy}
            onClick={() => document.getElementById(address.id)?.closest('form')?.requestSubmit()}
          >
            {label}
          </GuardedButton>
        )}
      </div>
    </FormFrame>
  );
}

function Removal({ userName, self }: WhoseProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const [opened, setOpened] = useState(false);
  const open = () => setOpened(true);
  return (
    <div>
      {self ? (
        <SubmitButton type="button" variant="default" busy={false} busyText={t('action.working')} onClick={open}>
          {t('userEmail.remove')}
        </SubmitButton>
      ) : (
        <GuardedButton endpoint={deleteUserEmail} userName={userName} variant="default" onClick={open}>
          {t('userEmail.remove')}
        </GuardedButton>
      )}
      <ConfirmDialog
        title={t('userEmail.remove')}
        body={[t('userEmail.removeBody')]}
        submit={t('userEmail.remove')}
        opened={opened}
        onClose={() => setOpened(false)}
        send={async () => {
          if (self) await call(deleteOwnEmail, {});
          else await call(deleteUserEmail, { operator_id: operatorId, user_name: userName });
          setOpened(false);
          await queries.invalidateQueries({ queryKey: usersKey });
          showOutcome('userEmail.removed');
          focusPageTitle();
        }}
      />
    </div>
  );
}
