import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { RequirementCard } from '../mfa-required/requirement-card.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { builtInOwner, useRole, useRoleUsers } from '../permissions/permissions.ts';
import { UserTable } from '../users/user-table.tsx';
import { useUserLevels } from '../ways-back/use-ways-back.ts';

const route = getRouteApi('/security/roles/$roleId/attached');

/** Who has the role. */
export function RoleUsers() {
  const { t } = useText();
  const { roleId } = route.useParams();
  const { data, error, isPending, refetch } = useRoleUsers(roleId);
  const role = useRole(roleId);
  const { data: levels } = useUserLevels();
  return (
    <>
      <Card title={t('roles.attached')}>
        {isPending && <Skeleton height={120} />}
        {error && <FailureNotice error={error} onRetry={refetch} />}
        {data?.length === 0 && <p>{t('roles.noUsers')}</p>}
        {data && data.length > 0 && <UserTable users={data} levels={levels} />}
      </Card>
      {role.data && role.data.owner !== builtInOwner && <RequirementCard rule="role" name={roleId} />}
    </>
  );
}
