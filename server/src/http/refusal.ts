import type { FastifyRequest } from 'fastify';
import { takeFromWindow } from '../attempts/windows.ts';
import { causeOf } from '../change/cause.ts';
import { change, refuse as refusal } from '../change/change.ts';
import type { Failure } from '../failure.ts';
import type { Session } from '../sessions/live.ts';
import { requestInfoOf } from './request-info.ts';

/** Records of one user and operation in a minute; a loop of refused calls must not fill the log. */
const perMinute = 6;

/**
 * Refuses a call of a signed-in user, and writes it down: the refusals are what an auditor looks for (R72).
 * @throws Failure always
 */
export async function refuseCall(
  request: FastifyRequest,
  session: Session,
  operation: string,
  failure: Failure,
): Promise<never> {
  const { ctx } = request.server.warifu;
  const { code, params } = failure;
  const key = `${session.operatorId}/${session.userId}/${operation}/${code}`;
  const window = { scope: 'audit.refused', key, limit: perMinute, length: 60_000 };
  if (!(await takeFromWindow(ctx.db, window, ctx.now()))) throw failure;
  const cause = { ...causeOf(ctx, requestInfoOf(request, operation)), caller: session };
  return await change<never>(cause, session.operatorId, async () => refusal(code, code, 'refused', params));
}
