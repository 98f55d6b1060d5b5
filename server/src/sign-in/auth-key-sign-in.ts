import { sourceNetwork } from '../attempts/source.ts';
import { giveBackToWindow, takeFromWindow } from '../attempts/windows.ts';
import { by } from '../change/actor.ts';
import { noOperator, record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { createSession } from '../sessions/sessions.ts';
import { loadAccount } from '../users/accounts.ts';
import { findByAuthKey } from '../users/auth-keys.ts';
import type { SignedIn } from './sign-in.ts';

/**
 * Signs a program in with an AuthKey. MFA is not asked for; what the session may do is limited (R50).
 * @param life of the session in milliseconds
 * @throws Failure AUM0002 for an unknown key and a wrong secret alike, COM0429
 */
export async function signInWithAuthKey(
  ctx: Context,
  info: RequestInfo,
  authKeyId: string,
  authKey: string,
  life: number,
): Promise<SignedIn> {
  const { sourceFailures: limit, sourceWindow: length } = limits.login;
  const window = { scope: 'login.source', key: sourceNetwork(info.sourceIp), limit, length };
  if (!(await takeFromWindow(ctx.db, window, ctx.now()))) throw new Failure('COM0429', {}, length / 1000);
  const found = await findByAuthKey(ctx.db, authKeyId, authKey);
  const account = found && (await loadAccount(ctx.db, found.operator_id, found.user_id));
  if (!account) return await refuse(ctx, info);
  const { operatorId, userId, userName } = account;
  return await transaction(ctx.db, async (db) => {
    // Deleted meanwhile: the key must not come back to life as a session.
    const stamped = await db
      .updateTable('auth_keys')
      .set({ last_used_at: ctx.now() })
      .where('operator_id', '=', operatorId)
      .where('auth_key_id', '=', authKeyId)
      .executeTakeFirst();
    if (stamped.numUpdatedRows !== 1n) throw new Failure('AUM0002');
    await giveBackToWindow(db, window);
    const session = { operatorId, userId, userName, kind: 'api', authMethod: 'authKey', life, authKeyId } as const;
    const { sessionId, apiKey, token } = await createSession(db, ctx, info, session);
    const detail = { session: sessionId, method: 'authKey', authKeyId };
    await record(db, ctx.now(), info, { ...by(account), outcome: 'success', statusCode: 200, detail });
    return { operatorId, userName, apiKey, token };
  });
}

async function refuse(ctx: Context, info: RequestInfo): Promise<never> {
  // As long as a wrong password takes, so that the two kinds of sign-in cannot be told apart by time.
  await ctx.hasher.pretend();
  await transaction(ctx.db, (db) =>
    record(db, ctx.now(), info, {
      operatorId: noOperator,
      userName: '',
      actor: 'anonymous',
      outcome: 'failure',
      reason: 'wrong auth key',
      statusCode: 401,
    }),
  );
  throw new Failure('AUM0002');
}
