import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/catalogues',
  component: lazyRouteComponent(() => import('./catalogues-page.tsx'), 'CataloguesPage'),
  // The catalogue to remove.
  validateSearch: ({ remove }: Record<string, unknown>): { remove?: string } =>
    typeof remove === 'string' ? { remove } : {},
});

const add = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/import-catalogue',
  component: lazyRouteComponent(() => import('./import-page.tsx'), 'ImportPage'),
  // The catalogue that takes a new version.
  validateSearch: ({ name }: Record<string, unknown>): { name?: string } => (typeof name === 'string' ? { name } : {}),
});

export const catalogueRoutes = [list, add] as const;
