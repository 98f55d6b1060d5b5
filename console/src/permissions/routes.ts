import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';
import type { EffectiveSearch } from './effective.tsx';

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

const defaults = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/default-permissions',
  component: lazyRouteComponent(() => import('./defaults-page.tsx'), 'DefaultsPage'),
  validateSearch: ({ dialog }: Record<string, unknown>): { dialog?: 'delete' } =>
    dialog === 'delete' ? { dialog } : {},
});

/** A call to judge, as far as the address or a link gives it. */
export type SimulateSearch = {
  user?: string;
  api?: string;
  path?: Record<string, string>;
  ip?: string;
  at?: number;
  mfa?: boolean;
  method?: 'password' | 'password+totp' | 'authKey' | 'switchUser';
};

const simulate = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/simulate',
  component: lazyRouteComponent(() => import('./simulate-page.tsx'), 'SimulatePage'),
  validateSearch: ({ user, api, path, ip, at, mfa, method }: Record<string, unknown>): SimulateSearch => ({
    ...(textOf(user) ? { user: textOf(user) } : {}),
    ...(textOf(api) ? { api: textOf(api) } : {}),
    ...(typeof path === 'object' && path !== null ? { path: texts(path) } : {}),
    ...(textOf(ip) ? { ip: textOf(ip) } : {}),
    ...(typeof at === 'number' ? { at } : {}),
    ...(typeof mfa === 'boolean' ? { mfa } : {}),
    ...(isMethod(method) ? { method } : {}),
  }),
});

function texts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

function isMethod(value: unknown): value is NonNullable<SimulateSearch['method']> {
  return value === 'password' || value === 'password+totp' || value === 'authKey' || value === 'switchUser';
}

const whoCan = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/who-can',
  component: lazyRouteComponent(() => import('./who-can-page.tsx'), 'WhoCanPage'),
  validateSearch: ({ api, user }: Record<string, unknown>): { api?: string; user?: string } => ({
    ...(textOf(api) ? { api: textOf(api) } : {}),
    ...(textOf(user) ? { user: textOf(user) } : {}),
  }),
});

/** What the address says about the list of effective permissions. */
export function readEffectiveSearch({ verdict, q }: Record<string, unknown>): EffectiveSearch {
  return {
    ...(verdict === 'always' || verdict === 'sometimes' || verdict === 'never' ? { verdict } : {}),
    ...(textOf(q) ? { q: textOf(q) } : {}),
  };
}

export const permissionRoutes = [defaults, simulate, whoCan] as const;
