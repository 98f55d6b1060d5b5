import { setImmediate } from 'node:timers/promises';
import { quarantineFailure } from '../../authorize/quarantine.ts';
import { enrolmentFailure } from '../../authorize/requirement.ts';
import type { Context } from '../../context.ts';
import type { Soon } from '../../db/reads.ts';
import { Failure } from '../../failure.ts';
import type { Session } from '../../sessions/live.ts';
import { type Decided, decide } from '../check.ts';
import type { Original } from './original.ts';

/** Decides the call of a session, as `Authz:checkAuthorization` does. */
export function decideOriginal(
  ctx: Context,
  session: Session,
  { method, host, path, query }: Original,
  sourceIp: string,
): Soon<Decided> {
  const question = { httpMethod: method, host, requestPath: path, queryParameters: query, sourceIp };
  return decide(ctx, session, question, ctx.now());
}

/**
 * What refused a call: AUM0015, AUM0016, AUM0017, AUM0019, AUM0062, MFA0004, MFA0008, or AUM0065 where proving more would
 * open it.
 */
export async function failureOf(ctx: Context, session: Session, decided: Decided): Promise<Failure> {
  const { settledBy, api: permission = '', findStepUp } = decided;
  // A storm of large permissions must not keep everybody else waiting.
  await setImmediate();
  const { userName } = session;
  const stepUp = await findStepUp?.();
  if (stepUp) return new Failure('AUM0065', { userName, permission, stepUp });
  if (settledBy === 'permission') return new Failure('AUM0017', { userName, permission });
  if (settledBy === 'enrolment') return await enrolmentFailure(ctx.db, session);
  if (settledBy === 'quarantine') return quarantineFailure(session);
  return new Failure(refusals[settledBy]);
}

const refusals = {
  credential: 'AUM0001',
  catalogue: 'AUM0062',
  access: 'AUM0016',
  session: 'AUM0015',
  proof: 'MFA0004',
} as const;
