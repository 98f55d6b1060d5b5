import { Checkbox, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReplyOf, startUserMFAReset } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { named, useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { Words } from '../look/name.tsx';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { usersKey } from '../users/users.ts';
import { HandedCode } from './handed-code.tsx';

type Started = ReplyOf<typeof startUserMFAReset>;
type StartResetProps = { userName: string; opened: boolean; onClose: () => void };

/** Starts a reset that the user finishes: with a reason, and a code that is shown once unless a link is mailed. */
export function StartResetDialog({ userName, opened, onClose }: StartResetProps) {
  const { t } = useText();
  const queries = useQueryClient();
  const [shown, setShown] = useState<Started & { code: string }>();
  const close = () => {
    setShown(undefined);
    onClose();
  };
  const finish = async (started: Started) => {
    await queries.invalidateQueries({ queryKey: usersKey });
    const { code } = started;
    if (code !== undefined) return setShown({ ...started, code });
    close();
    showOutcome(started.awaitsApproval ? 'assisted.awaits' : 'assisted.mailed', undefined, { name: userName });
    focusPageTitle();
  };
  const title = t(shown ? 'assisted.codeTitle' : 'assisted.startTitle', { name: userName });
  return (
    <Dialog title={title} opened={opened} onClose={close}>
      {shown ? (
        <HandedCode userName={userName} started={shown} onDone={close} />
      ) : (
        <StartForm userName={userName} onStarted={finish} onCancel={onClose} />
      )}
    </Dialog>
  );
}

type StartFormProps = { userName: string; onStarted: (started: Started) => Promise<void>; onCancel: () => void };

function StartForm({ userName, onStarted, onCancel }: StartFormProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const [byCode, setByCode] = useState(false);
  const { values, set, field, busy, frame } = useSubmit({
    initial: { reason: '' },
    check: { reason: (value) => filled(t, t('assisted.reason'))(value.trim()) },
    send: async ({ reason }) => {
      const user = { operator_id: operatorId, user_name: userName };
      const way = byCode ? { handOver: 'code' as const } : {};
      const { reply } = await call(startUserMFAReset, { ...user, reason: reason.trim(), ...way });
      await onStarted(reply);
    },
  });
  const { id, name, error } = field('reason');
  return (
    <FormFrame state={frame}>
      <p>
        <Words>{t('assisted.startBody', { name: named(userName) })}</Words>
      </p>
      <p className="quiet">{t('assisted.startStays')}</p>
      <Textarea
        id={id}
        name={name}
        error={error}
        value={values.reason}
        onChange={(event) => set('reason', event.currentTarget.value)}
        label={t('assisted.reason')}
        description={t('assisted.reasonHint')}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
      />
      <Checkbox
        size="md"
        label={t('assisted.byCode')}
        description={t('assisted.byCodeHint')}
        checked={byCode}
        onChange={(event) => setByCode(event.currentTarget.checked)}
      />
      <DialogActions busy={busy} submit={t('assisted.startSubmit')} onCancel={onCancel} />
    </FormFrame>
  );
}
