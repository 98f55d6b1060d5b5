import '../locales/later.ts';
import { getRouteApi, Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { type Tab, Tabs } from '../look/tabs.tsx';
import { builtInOwner, useRole } from '../permissions/permissions.ts';
import { roleDescription } from '../permissions/role-text.ts';
import { shortRole } from '../permissions/sources.ts';

const route = getRouteApi('/security/roles/$roleId');

const paths = {
  permission: '/security/roles/$roleId',
  attached: '/security/roles/$roleId/attached',
  versions: '/security/roles/$roleId/versions',
} as const;
type Part = keyof typeof paths;

/** One role, in parts that each have an address. Only built-in roles have versions. */
export function RolePage() {
  const { t } = useText();
  const { roleId } = route.useParams();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { data } = useRole(roleId);
  const parts: Part[] = ['permission', 'attached', ...(data?.owner === builtInOwner ? (['versions'] as const) : [])];
  const tabs: Tab<Part>[] = parts.map((id) => ({
    id,
    label: t(`roles.${id}`),
    href: paths[id].replace('$roleId', encodeURIComponent(roleId)),
  }));
  // A role may be called like a part; its name stands before.
  const last = pathname.split('/')[4];
  const current = last === 'attached' || last === 'versions' ? last : 'permission';
  return (
    <Page
      title={data?.roleName ?? shortRole(roleId)}
      isName
      part={t(`roles.${current}`)}
      {...(data?.description ? { lead: roleDescription(data, t) } : {})}
    >
      <p>
        <Link to="/security/roles">← {t('roles.back')}</Link>
      </p>
      <Tabs
        label={t('roles.tabs')}
        tabs={tabs}
        current={current}
        onSelect={({ id }) => navigate({ to: paths[id], params: { roleId } })}
      >
        <Outlet />
      </Tabs>
    </Page>
  );
}
