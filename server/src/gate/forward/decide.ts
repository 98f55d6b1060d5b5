import { setImmediate } from 'node:timers/promises';
import { quarantineFailure } from '../../authorize/quarantine.ts';
import { enrolmentFailure } from '../../authorize/requirement.ts';
import type { Context } from '../../context.ts';
import { type Soon, whenThere } from '../../db/reads.ts';
import { Failure } from '../../failure.ts';
import type { Session } from '../../sessions/live.ts';
import { type Decided, decide } from '../check.ts';
import type { Original } from './original.ts';

/**
 * Decides the call of a session, as `Authz:checkAuthorization` does.
 * @returns undefined when it may pass; else what refused it: AUM0015, AUM0016, AUM0017, AUM0019, AUM0062, MFA0004, MFA0008, or
 *   AUM0065 where proving more would open it
 */
export function refusalOf(
  ctx: Context,
  session: Session,
  { method, host, path, query }: Original,
  sourceIp: string,
): Soon<Failure | undefined> {
  const question = { httpMethod: method, host, requestPath: path, queryParameters: query, sourceIp };
  return whenThere(decide(ctx, session, question, ctx.now()), (decided) => {
    ctx.counts.decisions[decided.decision]++;
    return decided.decision === 'allow' ? undefined : failureOf(ctx, session, decided);
  });
}

async function failureOf(ctx: Context, session: Session, decided: Decided): Promise<Failure> {
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
