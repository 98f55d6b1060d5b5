import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { Broken, Missing } from './frame/route-problems.tsx';
import { Shell } from './frame/shell.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { MfaPage, type MfaSearch } from './security/mfa-page.tsx';
import { PasswordPage } from './security/password-page.tsx';
import { SessionsPage, type SessionsSearch } from './security/sessions-page.tsx';
import { SessionGate } from './session/session-gate.tsx';

const root = createRootRoute({
  component: () => (
    <SessionGate>
      <Shell>
        <Outlet />
      </Shell>
    </SessionGate>
  ),
  notFoundComponent: Missing,
});

const overview = createRoute({ getParentRoute: () => root, path: '/', component: OverviewPage });

const security = createRoute({
  getParentRoute: () => root,
  path: '/security',
  beforeLoad: () => {
    throw redirect({ to: '/security/mfa', replace: true });
  },
});

const mfa = createRoute({
  getParentRoute: () => root,
  path: '/security/mfa',
  component: MfaPage,
  validateSearch: ({ step, dialog }: Record<string, unknown>): MfaSearch => ({
    ...(step === 'start' || step === 'scan' || step === 'code' ? { step } : {}),
    ...(dialog === 'disable' || dialog === 'codes' ? { dialog } : {}),
  }),
});

const password = createRoute({ getParentRoute: () => root, path: '/security/password', component: PasswordPage });

const sessions = createRoute({
  getParentRoute: () => root,
  path: '/security/sessions',
  component: SessionsPage,
  validateSearch: ({ zone, dialog }: Record<string, unknown>): SessionsSearch => ({
    ...(zone === 'utc' ? { zone } : {}),
    ...(dialog === 'end-all' ? { dialog } : {}),
  }),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, security, mfa, password, sessions]),
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
