import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

export type PasskeysSearch = {
  /** A password manager led the person here to register one. */
  add?: 1;
};

const passkeys = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/passkeys',
  component: lazyRouteComponent(() => import('./passkeys-page.tsx'), 'PasskeysPage'),
  validateSearch: ({ add }: Record<string, unknown>): PasskeysSearch => (String(add) === '1' ? { add: 1 } : {}),
});

export const passkeyRoutes = [passkeys] as const;
