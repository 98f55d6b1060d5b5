import { sourceNetwork } from '../attempts/source.ts';
import { giveBackToWindow, takeFromWindow } from '../attempts/windows.ts';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeUser, describe, refuse } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { createSession } from '../sessions/sessions.ts';
import { findByAuthKey, stampAuthKey } from '../users/auth-keys.ts';
import { type SignedIn, signsIn } from './sign-in.ts';

export type AuthKeyRequest = {
  readonly authKeyId: string;
  readonly authKey: string;
  /** Life of the session in milliseconds. */
  readonly life: number;
};

/**
 * Signs a program in with an AuthKey. MFA is not asked for; what the session may do is limited (R50).
 * @throws Failure AUM0002 for an unknown key and a wrong secret alike, COM0429
 */
export async function signInWithAuthKey(cause: Cause, request: AuthKeyRequest): Promise<SignedIn> {
  const { ctx, info } = cause;
  const { authKeyId, authKey, life } = request;
  const { sourceFailures: limit, sourceWindow: length } = limits.login;
  const window = { scope: 'login.source', key: sourceNetwork(info.sourceIp), limit, length };
  // Booked before the key is looked at, in a transaction of its own: a wrong one stays counted whatever happens next.
  if (!(await takeFromWindow(ctx.db, window, ctx.now()))) throw new Failure('COM0429', {}, length / 1000);
  const found = await findByAuthKey(ctx.db, authKeyId, authKey);
  if (!found) return await refuseKey(cause);
  await giveBackToWindow(ctx.db, window);
  const { operator_id: operatorId, user_id: userId } = found;
  return await changeUser(cause, { operatorId, userId, otherwise: 'AUM0002' }, async (c): Promise<SignedIn> => {
    signsIn(c);
    // Deleted meanwhile: the key must not come back to life as a session.
    if (!(await stampAuthKey(c.db, c.now, c.user, authKeyId))) throw new Failure('AUM0002');
    const { userName } = c.user;
    const session = { operatorId, userId, userName, kind: 'api', authMethod: 'authKey', life, authKeyId } as const;
    const { sessionId, apiKey, token } = await createSession(c, session);
    describe(c, { detail: { session: sessionId, method: 'authKey', authKeyId } });
    return { operatorId, userName, apiKey, token };
  });
}

async function refuseKey(cause: Cause): Promise<never> {
  // As long as a wrong password takes, so that the two kinds of sign-in cannot be told apart by time.
  await cause.ctx.hasher.pretend();
  return await change<never>(cause, noOperator, async () => refuse('AUM0002', 'wrong auth key'));
}
