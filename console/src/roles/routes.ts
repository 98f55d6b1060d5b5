import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/roles',
  component: lazyRouteComponent(() => import('./roles-page.tsx'), 'RolesPage'),
});

const create = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/new-role',
  component: lazyRouteComponent(() => import('./new-role-page.tsx'), 'NewRolePage'),
  // The role whose permission to begin with.
  validateSearch: ({ from }: Record<string, unknown>): { from?: string } => (typeof from === 'string' ? { from } : {}),
});

const role = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/roles/$roleId',
  component: lazyRouteComponent(() => import('./role-page.tsx'), 'RolePage'),
});

export type RoleSearch = { dialog?: 'delete' | 'edit' };

const permission = createRoute({
  getParentRoute: () => role,
  path: '/',
  component: lazyRouteComponent(() => import('./role-permission.tsx'), 'RolePermission'),
  validateSearch: ({ dialog }: Record<string, unknown>): RoleSearch =>
    dialog === 'delete' || dialog === 'edit' ? { dialog } : {},
});

const attached = createRoute({
  getParentRoute: () => role,
  path: '/attached',
  component: lazyRouteComponent(() => import('./role-users.tsx'), 'RoleUsers'),
});

const versions = createRoute({
  getParentRoute: () => role,
  path: '/versions',
  component: lazyRouteComponent(() => import('./role-versions.tsx'), 'RoleVersions'),
});

export const roleRoutes = [list, create, role.addChildren([permission, attached, versions])] as const;
