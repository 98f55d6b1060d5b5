import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

export type LoginsSearch = {
  zone?: 'utc';
  /** SAM user whose logins are shown; one's own when left out. */
  user?: string;
  /** The login that is being disowned. */
  login?: string;
};

const logins = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/logins',
  component: lazyRouteComponent(() => import('./logins-page.tsx'), 'LoginsPage'),
  validateSearch: ({ zone, user, login }: Record<string, unknown>): LoginsSearch => ({
    ...(zone === 'utc' ? { zone } : {}),
    ...(typeof user === 'string' && user !== '' ? { user } : {}),
    ...(typeof login === 'string' || typeof login === 'number' ? { login: String(login) } : {}),
  }),
});

const switchUser = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/switch',
  component: lazyRouteComponent(() => import('./switch-page.tsx'), 'SwitchPage'),
});

export const loginRoutes = [logins, switchUser] as const;
