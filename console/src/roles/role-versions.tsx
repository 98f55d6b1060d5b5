import { Skeleton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Facts, Moment } from '../look/facts.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { PermissionText } from '../permissions/permission-text.tsx';
import { useRoleVersions } from '../permissions/permissions.ts';

const route = getRouteApi('/security/roles/$roleId/versions');
const DiffView = lazy(async () => ({ default: (await import('../permissions/editor/diff-view.tsx')).DiffView }));

/** The published versions of a built-in role, newest first, each against the one before it. */
export function RoleVersions() {
  const { t } = useText();
  const { roleId } = route.useParams();
  const { data, error, isPending, refetch } = useRoleVersions(roleId);
  if (isPending) return <Skeleton height={200} radius={10} />;
  if (error) return <FailureNotice error={error} onRetry={refetch} />;
  return data.map(({ version, publishDateTime, permission }, place) => {
    const before = data[place + 1];
    return (
      <Card key={version} title={t('roles.version', { n: version })}>
        <Facts facts={[[t('roles.published'), <Moment key="published" at={publishDateTime * 1000} />]]} />
        {before ? (
          <section className="stack-tight">
            <h3>{t('roles.compare')}</h3>
            <Suspense fallback={<Skeleton height={160} />}>
              <DiffView before={before.permission} after={permission} />
            </Suspense>
          </section>
        ) : (
          <>
            <p className="quiet">{t('roles.first')}</p>
            <PermissionText text={permission} />
          </>
        )}
      </Card>
    );
  });
}
