import { checkAuthorization, evaluate, evaluateMany, introspectToken, revokeToken } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { giveBackId } from '../http/asked-id.ts';
import { handleFast } from '../http/fast-path/operation.ts';
import type { PlainRequest } from '../http/fast-path/plain-request.ts';
import { anyone, gateKeyOf, withGateKey } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { endThisSession } from '../sessions/own-sessions.ts';
import { check } from './check.ts';
import { introspect, openedBy } from './credential.ts';
import { evaluateAll, evaluateOne } from './evaluate.ts';

/** What guarded programs ask. */
export function registerGateRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  const keyOf = (request: PlainRequest) => gateKeyOf(ctx, request);
  // A list lets others have their turn.
  handleFast(app, checkAuthorization, keyOf, (key, body) =>
    (body.questions ?? []).length > 1 ? undefined : check(ctx, key, body),
  );
  handle(app, checkAuthorization, withGateKey, ({ caller, body }) => check(ctx, caller, body));

  handle(app, evaluate, withGateKey, async ({ caller, body, request, reply }) => {
    giveBackId(request, reply);
    return await evaluateOne(ctx, caller, body);
  });

  handle(app, evaluateMany, withGateKey, async ({ caller, body, request, reply }) => {
    giveBackId(request, reply);
    return await evaluateAll(ctx, caller, body);
  });

  // AuthZEN Authorization API 1.0 §9.
  app.get('/.well-known/authzen-configuration', async () => ({
    policy_decision_point: ctx.config.baseUrl,
    access_evaluation_endpoint: ctx.config.baseUrl + evaluate.path,
    access_evaluations_endpoint: ctx.config.baseUrl + evaluateMany.path,
  }));

  handle(app, introspectToken, withGateKey, async ({ caller, body }) => await introspect(ctx, caller, body.token));

  handle(app, revokeToken, anyone, async ({ cause, body }) => {
    const session = await openedBy(ctx, { token: body.token });
    // RFC 7009 §2.2: a token that opens nothing is answered alike.
    if (session) await endThisSession({ ...cause, caller: session }, session);
    return undefined;
  });
}
