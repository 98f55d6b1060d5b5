import { type ErrorCode, errorTable } from '@warifu/contract';
import type { FastifyRequest } from 'fastify';
import { takeFromWindow } from '../attempts/windows.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context } from '../context.ts';
import { transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import type { Session } from '../sessions/sessions.ts';
import { requestInfoOf } from './request-info.ts';

/** Records of one user and operation in a minute; a loop of refused calls must not fill the log. */
const perMinute = 6;

/**
 * Refuses a call of a signed-in user, and writes it down: the refusals are what an auditor looks for (R72).
 * @throws Failure always
 */
export async function refuse(
  ctx: Context,
  request: FastifyRequest,
  session: Session,
  permission: string,
  code: ErrorCode,
  params: Record<string, string> = {},
): Promise<never> {
  const key = `${session.operatorId}/${session.userId}/${permission}/${code}`;
  await transaction(ctx.db, async (db) => {
    const window = { scope: 'audit.refused', key, limit: perMinute, length: 60_000 };
    if (!(await takeFromWindow(db, window, ctx.now()))) return;
    await record(db, ctx.now(), requestInfoOf(request, permission), {
      ...by(session),
      outcome: 'refused',
      reason: code,
      statusCode: errorTable[code].status,
    });
  });
  throw new Failure(code, params);
}
