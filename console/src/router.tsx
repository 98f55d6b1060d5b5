import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { auditRoutes } from './audit/routes.ts';
import { catalogueRoutes } from './catalogues/routes.ts';
import { Broken } from './frame/route-problems.tsx';
import { gateRoutes } from './gate/routes.ts';
import { operatorRoutes } from './keys/routes.ts';
import { loginRoutes } from './logins/routes.ts';
import { requirementRoutes } from './mfa-required/routes.ts';
import { OverviewPage } from './overview/overview-page.tsx';
import { passkeyRoutes } from './passkeys/routes.ts';
import { permissionRoutes } from './permissions/routes.ts';
import { roleRoutes } from './roles/routes.ts';
import { rootRoute } from './root-route.tsx';
import { MfaPage, type MfaSearch } from './security/mfa-page.tsx';
import { PasswordPage } from './security/password-page.tsx';
import { SessionsPage, type SessionsSearch } from './security/sessions-page.tsx';
import { userRoutes } from './users/routes.ts';

const overview = createRoute({ getParentRoute: () => rootRoute, path: '/', component: OverviewPage });

const security = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security',
  beforeLoad: () => {
    throw redirect({ to: '/security/mfa', replace: true });
  },
});

const mfa = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/mfa',
  component: MfaPage,
  validateSearch: ({ step, dialog }: Record<string, unknown>): MfaSearch => ({
    ...(step === 'start' || step === 'scan' || step === 'code' ? { step } : {}),
    ...(dialog === 'disable' || dialog === 'codes' || dialog === 'rehearse' ? { dialog } : {}),
  }),
});

const password = createRoute({ getParentRoute: () => rootRoute, path: '/security/password', component: PasswordPage });

const sessions = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/sessions',
  component: SessionsPage,
  validateSearch: ({ zone, dialog }: Record<string, unknown>): SessionsSearch => ({
    ...(zone === 'utc' ? { zone } : {}),
    ...(dialog === 'end-all' ? { dialog } : {}),
  }),
});

const help = createRoute({
  getParentRoute: () => rootRoute,
  path: '/help',
  component: lazyRouteComponent(() => import('./help/framed-help-page.tsx'), 'FramedHelpPage'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    overview,
    security,
    mfa,
    password,
    sessions,
    help,
    ...loginRoutes,
    ...passkeyRoutes,
    ...requirementRoutes,
    ...userRoutes,
    ...roleRoutes,
    ...permissionRoutes,
    ...operatorRoutes,
    ...catalogueRoutes,
    ...auditRoutes,
    ...gateRoutes,
  ]),
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
