import { compileCondition, type Request } from '@warifu/policy';
import { parseTrustPolicy, rootSrn, userSrn } from '../authorize/trust-policy.ts';
import type { UserChange } from '../change/change.ts';
import type { Session } from '../sessions/sessions.ts';

/** The name under which trust policies know a user. */
export function principalOf({ operatorId, userName }: Pick<Session, 'operatorId' | 'userName'>): string {
  return userName === '' ? rootSrn(operatorId) : userSrn(operatorId, userName);
}

/** Whether the locked user lets a caller become it: its trust policy, as it reads under the lock (R64). */
export function isTrusted(c: UserChange, caller: Session): boolean {
  const { trust_policy: policy } = c.user.row;
  if (!policy) return false;
  const facts = factsOf(c, caller);
  return parseTrustPolicy(policy).statements.some(({ principals, condition }) => {
    // A condition that fails does not apply: fail closed.
    const holds = condition === undefined || compileCondition(condition.expression)(facts) === 'true';
    return principals.includes(principalOf(caller)) && holds;
  });
}

function factsOf({ ctx, now, user, cause: { info } }: UserChange, caller: Session): Request {
  const secondsSince = (instant: number) => Math.floor((now - instant) / 1000);
  return {
    api: info.apiKind,
    httpMethod: info.method,
    requestPath: info.path,
    pathVariables: { operator_id: user.operatorId, user_name: user.userName },
    queryParameters: {},
    nowMs: now,
    timeZone: ctx.config.timeZone,
    sourceIp: info.sourceIp,
    samUserName: caller.userName === '' ? null : caller.userName,
    operatorId: caller.operatorId,
    mfaAuthenticated: caller.authMethod === 'password+totp',
    authMethod: caller.authMethod,
    authAgeSeconds: secondsSince(caller.provedAt),
    secondsSinceMfaReset: caller.mfaResetAt === undefined ? Number.MAX_SAFE_INTEGER : secondsSince(caller.mfaResetAt),
  };
}
