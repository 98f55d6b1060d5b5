import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';
import { type EffectiveSearch, verdicts } from './effective-rows.ts';
import { readSimulateSearch, textOf } from './simulate-search.ts';

const defaults = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/default-permissions',
  component: lazyRouteComponent(() => import('./defaults-page.tsx'), 'DefaultsPage'),
  validateSearch: ({ dialog }: Record<string, unknown>): { dialog?: 'delete' } =>
    dialog === 'delete' ? { dialog } : {},
});

const simulate = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/simulate',
  component: lazyRouteComponent(() => import('./simulate-page.tsx'), 'SimulatePage'),
  validateSearch: readSimulateSearch,
});

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
  const known = verdicts.find((value) => value === verdict);
  return { ...(known ? { verdict: known } : {}), ...(textOf(q) ? { q: textOf(q) } : {}) };
}

export const permissionRoutes = [defaults, simulate, whoCan] as const;
