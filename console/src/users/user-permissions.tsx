import { getRouteApi } from '@tanstack/react-router';
import { EffectivePermissions } from '../permissions/effective.tsx';
import { DefaultsPart } from './defaults-part.tsx';
import { OwnPermission } from './own-permission.tsx';
import { UserRoles } from './user-roles.tsx';

const route = getRouteApi('/security/users/$userName/permissions');

/** What a SAM user may do, and where each part of that comes from. */
export function UserPermissions() {
  const { userName } = route.useParams();
  const { dialog, role, verdict, q } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (wanted: 'attach' | 'detach' | 'delete', roleId?: string) =>
    navigate({ search: (now) => ({ ...now, dialog: wanted, ...(roleId === undefined ? {} : { role: roleId }) }) });
  const close = () => navigate({ search: ({ dialog: _, role: __, ...rest }) => rest, replace: true });
  return (
    <>
      <OwnPermission
        userName={userName}
        deleting={dialog === 'delete'}
        onDelete={() => show('delete')}
        onClose={close}
      />
      <UserRoles
        userName={userName}
        attaching={dialog === 'attach'}
        detaching={dialog === 'detach' ? role : undefined}
        onAttach={() => show('attach')}
        onDetach={(roleId) => show('detach', roleId)}
        onClose={close}
      />
      <DefaultsPart userName={userName} />
      <EffectivePermissions
        userName={userName}
        search={{ ...(verdict ? { verdict } : {}), ...(q ? { q } : {}) }}
        onSearch={(search) => navigate({ search, replace: true })}
      />
    </>
  );
}
