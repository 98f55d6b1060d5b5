import type { BodyOf, checkAuthorization } from '@warifu/contract';
import type { Context } from '../context.ts';
import { type Soon, whenThere } from '../db/reads.ts';
import { Failure } from '../failure.ts';
import { identityOf } from '../sessions/identity.ts';
import { findSession, type Session } from '../sessions/live.ts';
import type { GateKey } from './keys.ts';

type Credential = BodyOf<typeof checkAuthorization>['credential'];

/**
 * The answer of RFC 7662 §2.2.
 * SECURITY: of a token that may not be asked about it says what it says of none.
 */
export async function introspect(ctx: Context, { ofOperator }: GateKey, token: string) {
  const session = await visibleTo(ofOperator, openedBy(ctx, { token }));
  if (!session) return { active: false };
  const { principal, userName, operatorId, expiresAt, authTime, amr, sessionId } = identityOf(session, ctx.now());
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

/** A session that a key may ask about. */
export function visibleTo(ofOperator: string | undefined, opened: Soon<Session | undefined>) {
  return whenThere(opened, (session) =>
    ofOperator === undefined || session?.operatorId === ofOperator ? session : undefined,
  );
}

/**
 * The session that a credential opens: one of the two, as who sends both does not know which one the caller sent.
 * @throws Failure COM0001
 */
export function openedBy(ctx: Context, { token, apiKey, cookie }: Credential): Soon<Session | undefined> {
  if ((token === undefined) === (cookie === undefined) || (cookie !== undefined && apiKey !== undefined)) {
    const reason = { en: 'needs either token or cookie', ja: 'token と cookie のどちらか一方を指定してください。' };
    throw new Failure('COM0001', { field: 'credential', reason });
  }
  return cookie === undefined
    ? findSession(ctx, 'api', token ?? '', apiKey)
    : findSession(ctx, 'console', cookie, undefined);
}
