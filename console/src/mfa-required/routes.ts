import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';
import type { Rule } from './requirements.ts';

const rules: readonly unknown[] = ['root', 'sam_users', 'role', 'user'];

const rehearsal = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/mfa-rehearsal',
  component: lazyRouteComponent(() => import('./rehearsal-page.tsx'), 'RehearsalPage'),
  validateSearch: ({ rule, name }: Record<string, unknown>): Rule => ({
    rule: rules.includes(rule) ? (rule as Rule['rule']) : 'sam_users',
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
  }),
});

export const requirementRoutes = [rehearsal] as const;
