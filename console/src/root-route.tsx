import { createRootRoute, Outlet } from '@tanstack/react-router';
import { Missing } from './frame/route-problems.tsx';
import { Shell } from './frame/shell.tsx';
import { SessionGate } from './session/session-gate.tsx';

/** What every signed-in page is inside of. */
export const rootRoute = createRootRoute({
  component: () => (
    <SessionGate>
      <Shell>
        <Outlet />
      </Shell>
    </SessionGate>
  ),
  notFoundComponent: Missing,
});
