import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Card } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { PermissionText } from '../permissions/permission-text.tsx';
import { useDefaults } from '../permissions/permissions.ts';

/** The default permissions, to read; they are changed on a page of their own, for everybody. */
export function DefaultsPart({ userName }: { userName: string }) {
  const { t } = useText();
  const { data, error, isPending } = useDefaults();
  return (
    <Card title={t('permissions.defaults')}>
      <p className="quiet">{t('permissions.defaultsBody')}</p>
      {isPending && <Skeleton height={40} />}
      {error && <FailureNotice error={error} userName={userName} />}
      {data !== undefined && <PermissionText text={data.text} />}
      <p>
        <Link to="/security/default-permissions">{t('permissions.defaultsOpen')}</Link>
      </p>
    </Card>
  );
}
