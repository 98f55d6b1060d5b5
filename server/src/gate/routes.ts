import { checkAuthorization } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { withGateKey } from '../http/guards.ts';
import { handle } from '../http/handle.ts';
import { check } from './check.ts';

/** What guarded programs ask. */
export function registerGateRoutes(app: FastifyInstance): void {
  const { ctx } = app.warifu;

  handle(app, checkAuthorization, withGateKey, async ({ caller, body }) => await check(ctx, caller, body));
}
