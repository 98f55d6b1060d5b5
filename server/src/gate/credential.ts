import type { BodyOf, checkAuthorization } from '@warifu/contract';
import { mustEnrolFirst } from '../authorize/verdict.ts';
import type { Context } from '../context.ts';
import type { Soon } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { identityOf } from '../sessions/identity.ts';
import { findSession, type Session } from '../sessions/live.ts';
import type { GateKey } from './keys.ts';

type Credential = BodyOf<typeof checkAuthorization>['credential'];

/**
 * The answer of RFC 7662 §2.2.
 * SECURITY: of a token that may not be asked about it says what it says of none. The same of one that may only enrol MFA:
 * who asks lets an active one in and knows no further question. One in quarantine is active, because what it may do in
 * other programs stays as it was (decision 0036).
 */
export async function introspect(ctx: Context, { ofOperator }: GateKey, token: string) {
  const session = await openedBy(ctx, { token }, ofOperator);
  const now = ctx.now();
  if (!session || mustEnrolFirst(session, now)) return { active: false };
  const { principal, userName, operatorId, expiresAt, authTime, amr, sessionId } = identityOf(session, now);
  return {
    active: true,
    token_type: 'Bearer',
    sub: principal,
    ...(userName !== '' && { username: userName }),
    iss: ctx.config.baseUrl,
    exp: Math.floor(expiresAt / 1000),
    sid: sessionId,
    amr,
    auth_time: Math.floor(authTime / 1000),
    operator_id: operatorId,
  };
}

/**
 * The session that a credential opens: one of the two, as who sends both does not know which one the caller sent.
 * @param ofOperator the one operator that who asks may ask about
 * @throws Failure COM0001
 */
export function openedBy(
  ctx: Context,
  { token, apiKey, cookie }: Credential,
  ofOperator?: string,
): Soon<Session | undefined> {
  if ((token === undefined) === (cookie === undefined) || (cookie !== undefined && apiKey !== undefined)) {
    const reason = { en: 'needs either token or cookie', ja: 'token と cookie のどちらか一方を指定してください。' };
    throw new Failure('COM0001', { field: 'credential', reason });
  }
  return cookie === undefined
    ? findSession(ctx, 'api', { token: token ?? '', apiKey }, ofOperator)
    : findSession(ctx, 'console', { token: cookie, apiKey: undefined }, ofOperator);
}
