import '../locales/later.ts';
import { Skeleton, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { createRole, isName, typedNewName } from '@warifu/contract';
import { useState } from 'react';
import { call } from '../api.ts';
import { failure } from '../failure.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { showOutcome } from '../outcome.tsx';
import { PermissionEditor } from '../permissions/permission-editor.tsx';
import { rolesKey, useRole } from '../permissions/permissions.ts';
import { useSession } from '../session/session.ts';

const route = getRouteApi('/security/new-role');

const nothing = { text: '', tag: undefined };

/** A new role, empty or with the permission of another one. */
export function NewRolePage() {
  const { t } = useText();
  const { from } = route.useSearch();
  const navigate = route.useNavigate();
  const { operatorId } = useSession();
  const queries = useQueryClient();
  const original = useRole(from ?? '', from !== undefined);
  const [roleId, setRoleId] = useState('');
  const [description, setDescription] = useState('');
  const [wrong, setWrong] = useState(false);
  const create = async (permission: string) => {
    const id = typedNewName(roleId);
    if (!isName(id)) {
      setWrong(true);
      document.getElementById('role-id')?.focus();
      throw failure({ code: 'FORM', status: 400, message: t('roles.idForm') });
    }
    await call(createRole, { operator_id: operatorId, role_id: id, permission, description: description.trim() });
    await queries.invalidateQueries({ queryKey: rolesKey });
    await navigate({ to: '/security/roles/$roleId', params: { roleId: id } });
    showOutcome('roles.created');
  };
  return (
    <Page title={t('roles.newTitle')} lead={t('roles.newLead')}>
      <p>
        <Link to="/security/roles">← {t('roles.back')}</Link>
      </p>
      <Card title={t('roles.permission')}>
        <TextInput
          id="role-id"
          label={t('roles.id')}
          description={t('roles.idHint')}
          value={roleId}
          error={wrong ? t('roles.idForm') : undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setRoleId(event.currentTarget.value);
            setWrong(false);
          }}
        />
        <TextInput
          label={t('roles.description')}
          value={description}
          maxLength={1024}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {from !== undefined && original.isPending ? (
          <Skeleton height={300} />
        ) : (
          <PermissionEditor endpoint={createRole} saved={nothing} start={original.data?.permission} onSave={create} />
        )}
      </Card>
    </Page>
  );
}
