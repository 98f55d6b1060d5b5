import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { createUser, isName, isReservedName, typedNewName } from '@warifu/contract';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { type Translate, useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { showOutcome } from '../outcome.tsx';
import { useSession } from '../session/session.ts';
import { usersKey } from './users.ts';

type CreateUserDialogProps = { opened: boolean; onClose: () => void };

export function CreateUserDialog({ opened, onClose }: CreateUserDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('createUser.title')} opened={opened} onClose={onClose}>
      <CreateForm onClose={onClose} />
    </Dialog>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { field, busy, frame } = useSubmit({
    initial: { userName: '', description: '' },
    check: { userName: (name) => nameProblem(typedNewName(name), t) },
    send: async ({ userName, description }) => {
      const name = typedNewName(userName);
      await call(createUser, { operator_id: operatorId, user_name: name, description: description.trim() });
      await queries.invalidateQueries({ queryKey: usersKey });
      await navigate({ to: '/security/users/$userName', params: { userName: name } });
      showOutcome('createUser.done', undefined, { name });
    },
  });
  return (
    <FormFrame state={frame}>
      <TextInput
        {...field('userName')}
        label={t('createUser.name')}
        description={t('createUser.nameHint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
      />
      <TextInput {...field('description')} label={t('users.description')} autoComplete="off" maxLength={1024} />
      <p className="quiet small">{t('createUser.nothing')}</p>
      <DialogActions busy={busy} submit={t('createUser.submit')} onCancel={onClose} />
    </FormFrame>
  );
}

function nameProblem(name: string, t: Translate): string | null {
  if (isReservedName(name)) return t('createUser.nameReserved');
  return isName(name) ? null : t('createUser.nameForm');
}
