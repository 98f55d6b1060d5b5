import { inTurn } from '../attempts/turns.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { PendingSignIns } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { type Account, type Identifier, loadAccount } from '../users/accounts.ts';
import { lockUser } from '../users/credentials.ts';
import { acceptCode, acceptPassword, activeFactor, openSession, provePassword, turnOf } from './sign-in.ts';

/** Either a session for the cookie, or a pending sign-in that still lacks its code. */
export type ConsoleSignIn =
  | { readonly next: 'DONE'; readonly token: string }
  | { readonly next: 'MFA'; readonly pendingToken: string };

const consoleSession = { kind: 'console' as const, life: limits.session.consoleLife };

/**
 * The first step of the console's sign-in.
 * @throws Failure AUM0002
 */
export async function beginConsoleSignIn(
  ctx: Context,
  info: RequestInfo,
  identifier: Identifier,
  password: string,
): Promise<ConsoleSignIn> {
  return await inTurn(turnOf(identifier, info), () => beginOnce(ctx, info, identifier, password));
}

async function beginOnce(
  ctx: Context,
  info: RequestInfo,
  identifier: Identifier,
  password: string,
): Promise<ConsoleSignIn> {
  const { account, attempt } = await provePassword(ctx, info, identifier, password);
  const result = await transaction(ctx.db, async (db): Promise<ConsoleSignIn | undefined> => {
    if (!(await lockUser(db, ctx, account.operatorId, account.userId, account.credentialVersion))) return undefined;
    await acceptPassword(db, ctx, info, account, attempt);
    if (await activeFactor(db, account)) {
      return { next: 'MFA', pendingToken: await beginPending(db, ctx, info, account) };
    }
    const { token } = await openSession(db, ctx, info, account, 'password', consoleSession);
    return { next: 'DONE', token };
  });
  if (!result) throw new Failure('AUM0002');
  return result;
}

/**
 * The second step: the code. A pending sign-in is good for this alone, for 5 minutes, 5 codes and one success (R14).
 * @returns the session's secret
 * @throws Failure MFA0002 for a wrong code, AUM0018 when the pending sign-in is over
 */
export async function finishConsoleSignIn(ctx: Context, info: RequestInfo, pendingToken: string, otp: string) {
  const found = await findPending(ctx, pendingToken);
  if (!found) throw new Failure('AUM0018');
  const result = await transaction(ctx.db, async (db) => {
    const { operator_id: operatorId, user_id: userId, credential_version: version } = found;
    const user = await lockUser(db, ctx, operatorId, userId, version);
    const account = await loadAccount(db, operatorId, userId);
    const pending = await takeTry(db, ctx, found);
    if (!user || !account || !pending) return 'AUM0018';
    if (!(await acceptCode(db, ctx, info, account, otp))) return 'MFA0002';
    await endPending(db, pending);
    return await openSession(db, ctx, info, account, 'password+totp', consoleSession);
  });
  if (typeof result === 'string') throw new Failure(result);
  return result.token;
}

async function beginPending(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<string> {
  const now = ctx.now();
  const token = newSecret();
  await db
    .insertInto('pending_sign_ins')
    .values({
      operator_id: account.operatorId,
      pending_id: newId(),
      user_id: account.userId,
      token_hash: hashSecret(token),
      credential_version: account.credentialVersion,
      wrong_codes: 0,
      created_at: now,
      expires_at: now + limits.otp.challengeLife,
    })
    .execute();
  await record(db, now, info, { ...by(account), outcome: 'refused', reason: 'code needed', statusCode: 200 });
  return token;
}

async function findPending(ctx: Context, token: string): Promise<PendingSignIns | undefined> {
  return await ctx.db
    .selectFrom('pending_sign_ins')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .where('expires_at', '>', ctx.now())
    .executeTakeFirst();
}

/** Uses one of the five tries before the code is looked at; undefined when none is left or it ended meanwhile. */
async function takeTry(db: Db, ctx: Context, pending: PendingSignIns): Promise<PendingSignIns | undefined> {
  return await db
    .updateTable('pending_sign_ins')
    .set((eb) => ({ wrong_codes: eb('wrong_codes', '+', 1) }))
    .where('operator_id', '=', pending.operator_id)
    .where('pending_id', '=', pending.pending_id)
    .where('wrong_codes', '<', limits.otp.challengeFailures)
    .where('expires_at', '>', ctx.now())
    .returningAll()
    .executeTakeFirst();
}

async function endPending(db: Db, pending: PendingSignIns): Promise<void> {
  await db
    .deleteFrom('pending_sign_ins')
    .where('operator_id', '=', pending.operator_id)
    .where('pending_id', '=', pending.pending_id)
    .execute();
}
