import { setImmediate } from 'node:timers/promises';
import { quarantineFailure } from '../../authorize/quarantine.ts';
import { enrolmentFailure } from '../../authorize/requirement.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import type { Session } from '../../sessions/live.ts';
import { decide } from '../check.ts';
import type { Original } from './original.ts';

/**
 * Lets the call of a session by, as `Authz:checkAuthorization` decides it.
 * @throws Failure AUM0015, AUM0016, AUM0017, AUM0062, MFA0008 that says what refused it
 */
export async function assertAllowed(
  ctx: Context,
  session: Session,
  { method, host, path, query }: Original,
  sourceIp: string,
): Promise<void> {
  const question = { httpMethod: method, host, requestPath: path, queryParameters: query, sourceIp };
  const { decision, settledBy, api = '' } = await decide(ctx, session, question, ctx.now());
  ctx.counts.decisions[decision]++;
  if (decision === 'allow') return;
  // A storm of large permissions must not keep everybody else waiting.
  await setImmediate();
  const { userName } = session;
  if (settledBy === 'permission') throw new Failure('AUM0017', { userName, permission: api });
  if (settledBy === 'enrolment') throw await enrolmentFailure(ctx.db, session);
  if (settledBy === 'quarantine') throw quarantineFailure(session);
  throw new Failure(refusals[settledBy]);
}

const refusals = {
  credential: 'AUM0001',
  catalogue: 'AUM0062',
  access: 'AUM0016',
  session: 'AUM0015',
} as const;
