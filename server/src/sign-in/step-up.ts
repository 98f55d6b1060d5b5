import { settleRight } from '../attempts/attempts.ts';
import { by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, Origin } from '../context.ts';
import { transaction } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { renewToken, type Session } from '../sessions/sessions.ts';
import { loadAccount } from '../users/accounts.ts';
import { lockUser } from '../users/credentials.ts';
import { checkOwnPassword, settleWrong } from '../users/password.ts';
import { acceptCode, activeFactor } from './sign-in.ts';

/**
 * Proves the password, and the factor when MFA is active, again. The session gets a new secret (R51).
 * @param token the session's current secret
 * @returns the new one
 * @throws Failure AUM0011 wrong password, MFA0001 no code, MFA0002 wrong code, AUM0001 the session ended meanwhile
 */
export async function stepUpSession(
  ctx: Context,
  origin: Origin,
  session: Session,
  token: string,
  proof: { readonly password: string; readonly otp: string | undefined },
): Promise<string> {
  const account = await loadAccount(ctx.db, session.operatorId, session.userId);
  if (!account) throw new Failure('AUM0001');
  const check = await checkOwnPassword(ctx, account, proof.password, origin.sourceIp);
  if (!check.right) {
    await settleWrong(ctx, origin, check, 400);
    throw new Failure('AUM0011');
  }
  const result = await transaction(ctx.db, async (db) => {
    if (!(await lockUser(db, ctx, account.operatorId, account.userId, account.credentialVersion))) return 'AUM0011';
    await settleRight(db, check.attempt, ctx.now());
    const factor = await activeFactor(db, account);
    if (factor && !proof.otp) return 'MFA0001';
    if (factor && !(await acceptCode(db, ctx, origin, account, proof.otp ?? ''))) return 'MFA0002';
    const authMethod = factor ? 'password+totp' : 'password';
    const renewed = await renewToken(db, ctx, session, token, { provedAt: ctx.now(), authMethod });
    if (!renewed) return 'AUM0001';
    await record(db, ctx.now(), origin, { ...by(session), outcome: 'success', statusCode: 200 });
    return { token: renewed };
  });
  if (typeof result === 'string') throw new Failure(result);
  return result.token;
}
