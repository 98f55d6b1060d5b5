import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

/** The host of a guarded program sends a browser here: to come back signed in, or with the end of a way. */
export type GateSearch = {
  rd?: string;
  state?: string;
  /** What the page of the program asks to be proved first. */
  prove?: 'password' | 'mfa';
  end?: 'failed' | 'signed-out';
};

const gate = createRoute({
  getParentRoute: () => rootRoute,
  path: '/gate',
  component: lazyRouteComponent(() => import('./gate-page.tsx'), 'GatePage'),
  validateSearch: ({ rd, state, prove, end }: Record<string, unknown>): GateSearch => ({
    ...(typeof rd === 'string' && { rd }),
    ...((typeof state === 'string' || typeof state === 'number') && { state: String(state) }),
    ...((prove === 'password' || prove === 'mfa') && { prove }),
    ...((end === 'failed' || end === 'signed-out') && { end }),
  }),
});

export const gateRoutes = [gate] as const;
