import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';
import { type AuditSearch, readAuditSearch } from './search.ts';

const log = createRoute({
  getParentRoute: () => rootRoute,
  path: '/logs/audit',
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
  validateSearch: (search: Record<string, unknown>): AuditSearch => readAuditSearch(search),
});

const logs = createRoute({
  getParentRoute: () => rootRoute,
  path: '/logs',
  beforeLoad: () => {
    throw redirect({ to: '/logs/audit', replace: true });
  },
});

export const auditRoutes = [logs, log] as const;
