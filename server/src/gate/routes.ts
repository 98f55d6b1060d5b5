import { checkAuthorization, introspectToken, revokeToken } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { anyone, withGateKey } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { endThisSession } from '../sessions/own-sessions.ts';
import { check, introspect, openedBy } from './check.ts';

/** What guarded programs ask. */
export function registerGateRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, checkAuthorization, withGateKey, async ({ caller, body }) => await check(ctx, caller, body));

  handle(app, introspectToken, withGateKey, async ({ caller, body }) => await introspect(ctx, caller, body.token));

  handle(app, revokeToken, anyone, async ({ cause, body }) => {
    const session = await openedBy(ctx, { token: body.token });
    // RFC 7009 §2.2: a token that opens nothing is answered alike.
    if (session) await endThisSession({ ...cause, caller: session }, session);
    return undefined;
  });
}
