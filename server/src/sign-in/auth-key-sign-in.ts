import { enterAsHolder } from '../attempts/in-flight.ts';
import { sourceNetwork } from '../attempts/source.ts';
import { giveBackToWindow, isSpent, takeFromWindow, type Window } from '../attempts/windows.ts';
import { noOperator } from '../audit/record.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeUser, describe, refuse } from '../change/change.ts';
import type { Context } from '../context.ts';
import { keyedHash } from '../crypto/tokens.ts';
import { transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { Proof } from '../sessions/proofs.ts';
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
 * @throws Failure AUM0002 for an unknown key and a wrong secret alike, COM0429, COM0503 when too many are in flight
 */
export async function signInWithAuthKey(cause: Cause, request: AuthKeyRequest): Promise<SignedIn> {
  const { authKeyId, authKey, life } = request;
  const { operator_id: operatorId, user_id: userId } = await proveKey(cause, authKeyId, authKey);
  return await changeUser(cause, { operatorId, userId, otherwise: 'AUM0002' }, async (c): Promise<SignedIn> => {
    signsIn(c);
    // Deleted meanwhile: the key must not come back to life as a session.
    if (!(await stampAuthKey(c.db, c.now, c.user, authKeyId))) throw new Failure('AUM0002');
    const { userName } = c.user;
    const proofs: Proof[] = [{ method: 'authKey', at: c.now }];
    const session = { operatorId, userId, userName, kind: 'api', proofs, life, authKeyId } as const;
    const { sessionId, apiKey, token } = await createSession(c, session);
    describe(c, { detail: { session: sessionId, method: 'authKey', authKeyId } });
    return { operatorId, userName, apiKey, token };
  });
}

/** The owner of a key. Wrong ones wait for a place as wrong passwords do, so that a storm of them holds up nobody else. */
async function proveKey(cause: Cause, authKeyId: string, authKey: string) {
  const { ctx, info } = cause;
  const budgets = budgetsOf(ctx, info.sourceIp, `${authKeyId} ${authKey}`);
  if (await isSpent(ctx.db, budgets.source, ctx.now())) throw flood();
  // Nothing can be guessed of a key, so to look at it twice tells nobody anything.
  const owner = await findByAuthKey(ctx.db, authKeyId, authKey);
  if (!owner && (await isSpent(ctx.db, budgets.same, ctx.now()))) throw new Failure('AUM0002');
  const leave = await (owner ? enterAsHolder(ctx, `key ${authKeyId}`) : ctx.hasher.enter('strange'));
  try {
    // Booked before the key is looked at, in a transaction of its own: a wrong one stays counted whatever happens next.
    const booked = await bookKey(ctx, budgets);
    const found = await findByAuthKey(ctx.db, authKeyId, authKey);
    if (!found && booked.length === 0) throw new Failure('AUM0002');
    if (!found) return await refuseKey(cause);
    for (const window of booked) await giveBackToWindow(ctx.db, window);
    return found;
  } finally {
    leave();
  }
}

type Budgets = { readonly same: Window; readonly source: Window };

function budgetsOf(ctx: Context, sourceIp: string, credential: string): Budgets {
  const { sourceFailures: limit, sourceWindow: length } = limits.login;
  const network = sourceNetwork(sourceIp);
  const key = `${keyedHash(ctx.keys.blind, credential)}|${network}`;
  return {
    same: { scope: 'key.same', key, limit: 1, length },
    source: { scope: 'key.source', key: network, limit, length },
  };
}

function flood(): Failure {
  return new Failure('COM0429', {}, limits.login.sourceWindow / 1000);
}

/**
 * Counts a credential against its source, once in a window however often it is sent: a forgotten program must not use up
 * the budget of everybody behind the same address. Passwords have a budget of their own.
 * SECURITY: one transaction. Sent twice at once over the budget, the second would be looked at without being counted.
 * @returns what was booked; nothing for one that is counted already
 */
async function bookKey(ctx: Context, { same, source }: Budgets): Promise<Window[]> {
  return await transaction(ctx.db, async (db) => {
    if (!(await takeFromWindow(db, same, ctx.now()))) return [];
    if (!(await takeFromWindow(db, source, ctx.now()))) throw flood();
    return [same, source];
  });
}

async function refuseKey(cause: Cause): Promise<never> {
  // As long as a wrong password takes, so that the two kinds of sign-in cannot be told apart by time.
  await cause.ctx.hasher.pretend();
  return await change<never>(cause, noOperator, async () => refuse('AUM0002', 'wrong auth key'));
}
