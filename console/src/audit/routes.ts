import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

export type Range = 'hour' | 'day' | 'week' | 'custom';

/** Which entries are shown, and which one is open. */
export type AuditSearch = {
  kind?: string;
  /** All entries when left out. */
  range?: Range;
  from?: number;
  to?: number;
  zone?: 'utc';
  /** Sequence of the entry that is open. */
  event?: number;
};

const isRange = (value: unknown): value is Range =>
  value === 'hour' || value === 'day' || value === 'week' || value === 'custom';

const log = createRoute({
  getParentRoute: () => rootRoute,
  path: '/logs/audit',
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
  validateSearch: ({ kind, range, from, to, zone, event }: Record<string, unknown>): AuditSearch => ({
    ...(typeof kind === 'string' && kind !== '' ? { kind } : {}),
    ...(isRange(range) ? { range } : {}),
    ...(typeof from === 'number' ? { from } : {}),
    ...(typeof to === 'number' ? { to } : {}),
    ...(zone === 'utc' ? { zone } : {}),
    ...(typeof event === 'number' ? { event } : {}),
  }),
});

const logs = createRoute({
  getParentRoute: () => rootRoute,
  path: '/logs',
  beforeLoad: () => {
    throw redirect({ to: '/logs/audit', replace: true });
  },
});

export const auditRoutes = [logs, log] as const;
