import { NativeSelect } from '@mantine/core';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { Dialog, DialogActions } from '../look/dialog.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { PermissionText } from '../permissions/permission-text.tsx';
import { type Role, useRole, useRoles } from '../permissions/permissions.ts';
import { roleDescription } from '../permissions/role-text.ts';

type AttachRoleDialogProps = {
  attached: readonly string[];
  opened: boolean;
  onClose: () => void;
  onAttach: (roleId: string) => Promise<void>;
};

/** Chooses a role and shows what it holds before it is attached. */
export function AttachRoleDialog({ opened, onClose, ...rest }: AttachRoleDialogProps) {
  const { t } = useText();
  return (
    <Dialog title={t('permissions.attach')} opened={opened} onClose={onClose} size="42rem">
      <Choice {...rest} onClose={onClose} />
    </Dialog>
  );
}

function Choice({ attached, onClose, onAttach }: Omit<AttachRoleDialogProps, 'opened'>) {
  const { t } = useText();
  const { data, error } = useRoles();
  const open = data?.filter(({ roleId }) => !attached.includes(roleId));
  if (error) return <FailureNotice error={error} />;
  if (!open) return null;
  if (open.length === 0) return <p>{t('permissions.attachNone')}</p>;
  return <AttachForm roles={open} onClose={onClose} onAttach={onAttach} />;
}

type AttachFormProps = { roles: Role[]; onClose: () => void; onAttach: (roleId: string) => Promise<void> };

function AttachForm({ roles, onClose, onAttach }: AttachFormProps) {
  const { t } = useText();
  const { set, values, field, busy, frame } = useSubmit({
    initial: { roleId: '' },
    check: { roleId: (value) => (value === '' ? t('permissions.choose') : null) },
    send: ({ roleId }) => onAttach(roleId),
  });
  const role = useRole(values.roleId, values.roleId !== '');
  return (
    <FormFrame state={frame}>
      <NativeSelect
        {...field('roleId')}
        translate="no"
        onChange={(event) => set('roleId', event.currentTarget.value)}
        size="md"
        label={t('permissions.attachField')}
        data-autofocus
        data={[
          { value: '', label: t('permissions.choose') },
          ...roles.map((role) => {
            const description = roleDescription(role, t);
            return { value: role.roleId, label: description ? `${role.roleName} - ${description}` : role.roleName };
          }),
        ]}
      />
      {role.data && (
        <section className="stack-tight" aria-label={t('permissions.preview')}>
          <h3>{t('permissions.preview')}</h3>
          <PermissionText text={role.data.permission} />
        </section>
      )}
      <DialogActions busy={busy} submit={t('permissions.attach')} onCancel={onClose} />
    </FormFrame>
  );
}
