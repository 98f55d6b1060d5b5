import { compileCondition, type Request } from '@warifu/policy';
import { parseTrustPolicy, rootSrn, userSrn } from '../authorize/trust-policy.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { createSession, type Session } from '../sessions/sessions.ts';
import { findAccount } from '../users/accounts.ts';
import type { SignedIn } from './sign-in.ts';

export type SwitchRequest = {
  readonly operatorId: string;
  readonly userName: string;
  /** Milliseconds. */
  readonly life: number;
};

/**
 * Continues as a SAM user whose trust policy names the caller exactly (R64). The new session lives no longer than the
 * caller's and cannot switch again. Nobody becomes a root user or itself.
 * @throws Failure AUM0025, whatever is in the way
 */
export async function switchUser(
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  request: SwitchRequest,
): Promise<SignedIn> {
  const target = await findAccount(ctx.db, request);
  const itself = target?.operatorId === caller.operatorId && target.userId === caller.userId;
  const principal = principalOf(caller);
  const trusted = target && (await isTrusted(ctx, info, caller, principal, target));
  if (!target || itself || caller.originPrincipal !== undefined || !trusted) return await refuse(ctx, info, caller);
  const life = Math.min(request.life, caller.expiresAt - ctx.now());
  const { operatorId, userId, userName } = target;
  return await transaction(ctx.db, async (db) => {
    const { sessionId, apiKey, token } = await createSession(db, ctx, info, {
      operatorId,
      userId,
      userName,
      kind: 'api',
      authMethod: 'switchUser',
      life,
      origin: { operatorId: caller.operatorId, sessionId: caller.sessionId, principal },
    });
    await recordSwitch(db, ctx, info, caller, target, principal, sessionId);
    return { operatorId, userName, apiKey, token };
  });
}

/** The name under which trust policies know a user. */
function principalOf(session: Session): string {
  const { operatorId, userName } = session;
  return userName === '' ? rootSrn(operatorId) : userSrn(operatorId, userName);
}

type Target = { readonly operatorId: string; readonly userId: string; readonly userName: string };

async function isTrusted(ctx: Context, info: RequestInfo, caller: Session, principal: string, target: Target) {
  const row = await ctx.db
    .selectFrom('users')
    .select('trust_policy')
    .where('operator_id', '=', target.operatorId)
    .where('user_id', '=', target.userId)
    .executeTakeFirst();
  if (!row?.trust_policy) return false;
  const call = conditionRequest(ctx, info, caller, target);
  return parseTrustPolicy(row.trust_policy).statements.some(({ principals, condition }) => {
    // A condition that fails does not apply: fail closed.
    const holds = condition === undefined || compileCondition(condition.expression)(call) === 'true';
    return principals.includes(principal) && holds;
  });
}

function conditionRequest(ctx: Context, info: RequestInfo, caller: Session, target: Target): Request {
  return {
    api: 'Auth:switchUser',
    httpMethod: 'POST',
    requestPath: info.path,
    pathVariables: { operator_id: target.operatorId, user_name: target.userName },
    queryParameters: {},
    nowMs: ctx.now(),
    timeZone: ctx.config.timeZone,
    sourceIp: info.sourceIp,
    samUserName: caller.userName === '' ? null : caller.userName,
    operatorId: caller.operatorId,
    mfaAuthenticated: caller.authMethod === 'password+totp',
    authMethod: caller.authMethod,
    authAgeSeconds: Math.floor((ctx.now() - caller.provedAt) / 1000),
    secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
  };
}

/** Both names are kept: in the chain of the operator that was entered and, when it is another, of the caller's. */
async function recordSwitch(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  caller: Session,
  target: Target,
  principal: string,
  sessionId: string,
): Promise<void> {
  const success = { outcome: 'success', statusCode: 200, detail: { session: sessionId } } as const;
  const { operatorId, userName } = target;
  const to = userSrn(operatorId, userName);
  const foreign = caller.operatorId !== operatorId;
  const chains = [
    { operatorId, userName, actor: principal, target: to },
    ...(foreign ? [{ ...by(caller), target: to }] : []),
  ];
  // Always in the same order: two switches in opposite directions must not wait for each other.
  for (const event of chains.sort((a, b) => (a.operatorId < b.operatorId ? -1 : 1))) {
    await record(db, ctx.now(), info, { ...event, ...success });
  }
}

async function refuse(ctx: Context, info: RequestInfo, caller: Session): Promise<never> {
  await transaction(ctx.db, (db) =>
    record(db, ctx.now(), info, { ...by(caller), outcome: 'refused', reason: 'not trusted', statusCode: 400 }),
  );
  throw new Failure('AUM0025');
}
