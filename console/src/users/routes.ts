import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { EffectiveSearch } from '../permissions/effective-rows.ts';
import { readEffectiveSearch } from '../permissions/routes.ts';
import { rootRoute } from '../root-route.tsx';
import { type Level, readLevel } from '../ways-back/ways.ts';
import { readUserMfaSearch, type UserMfaSearch } from './user-mfa-search.ts';

export type UsersSearch = {
  q?: string;
  mfa?: 'on' | 'off';
  /** Whether they get in alone when their device is gone. */
  wayBack?: Level;
  dialog?: 'create';
};

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/users',
  component: lazyRouteComponent(() => import('./users-page.tsx'), 'UsersPage'),
  validateSearch: ({ q, mfa, wayBack, dialog }: Record<string, unknown>): UsersSearch => {
    const level = readLevel(wayBack);
    return {
      ...(typeof q === 'string' && q !== '' ? { q } : {}),
      ...(mfa === 'on' || mfa === 'off' ? { mfa } : {}),
      ...(level ? { wayBack: level } : {}),
      ...(dialog === 'create' ? { dialog } : {}),
    };
  },
});

const user = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/users/$userName',
  component: lazyRouteComponent(() => import('./user-page.tsx'), 'UserPage'),
});

export type OverviewSearch = { dialog?: 'edit' | 'sessions' | 'delete' };

const overview = createRoute({
  getParentRoute: () => user,
  path: '/',
  component: lazyRouteComponent(() => import('./user-overview.tsx'), 'UserOverview'),
  validateSearch: ({ dialog }: Record<string, unknown>): OverviewSearch =>
    dialog === 'edit' || dialog === 'sessions' || dialog === 'delete' ? { dialog } : {},
});

export type AuthenticationSearch = Omit<UserMfaSearch, 'dialog'> & {
  dialog?:
    | 'disable'
    | 'reset'
    | 'set-password'
    | 'change-password'
    | 'replace-password'
    | 'delete-password'
    | 'new-key'
    | 'delete-key';
  /** Of the key to delete. */
  key?: string;
};

const dialogs: readonly unknown[] = [
  'set-password',
  'change-password',
  'replace-password',
  'delete-password',
  'new-key',
  'delete-key',
];

const authentication = createRoute({
  getParentRoute: () => user,
  path: '/authentication',
  component: lazyRouteComponent(() => import('./user-authentication.tsx'), 'UserAuthentication'),
  validateSearch: (search: Record<string, unknown>): AuthenticationSearch => ({
    ...readUserMfaSearch(search),
    ...(dialogs.includes(search['dialog']) ? { dialog: search['dialog'] as 'new-key' } : {}),
    ...(typeof search['key'] === 'string' ? { key: search['key'] } : {}),
  }),
});

export type PermissionsSearch = EffectiveSearch & { dialog?: 'attach' | 'detach' | 'delete'; role?: string };

const permissions = createRoute({
  getParentRoute: () => user,
  path: '/permissions',
  component: lazyRouteComponent(() => import('./user-permissions.tsx'), 'UserPermissions'),
  validateSearch: (search: Record<string, unknown>): PermissionsSearch => {
    const { dialog, role } = search;
    return {
      ...readEffectiveSearch(search),
      ...(dialog === 'attach' || dialog === 'detach' || dialog === 'delete' ? { dialog } : {}),
      ...(typeof role === 'string' ? { role } : {}),
    };
  },
});

const trust = createRoute({
  getParentRoute: () => user,
  path: '/trust-policy',
  component: lazyRouteComponent(() => import('./user-trust.tsx'), 'UserTrust'),
  validateSearch: ({ dialog }: Record<string, unknown>): { dialog?: 'delete' } =>
    dialog === 'delete' ? { dialog } : {},
});

export const userRoutes = [list, user.addChildren([overview, permissions, authentication, trust])] as const;
