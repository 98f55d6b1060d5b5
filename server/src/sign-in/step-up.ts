import { settleRight } from '../attempts/attempts.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, refuse } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { renewToken, type Session } from '../sessions/sessions.ts';
import { loadAccount } from '../users/accounts.ts';
import { checkOwnPassword, settleWrong } from '../users/password.ts';
import { acceptCode, activeFactor } from './sign-in.ts';

export type Proof = { readonly password: string; readonly otp: string | undefined };

/**
 * Proves the password, and the factor when MFA is active, again. The session gets a new secret (R51).
 * @param token the session's current secret
 * @returns the new one
 * @throws Failure AUM0011 wrong password, MFA0001 no code, MFA0002 wrong code, AUM0001 the session ended meanwhile
 */
export async function stepUpSession(cause: Cause, session: Session, token: string, proof: Proof): Promise<string> {
  const { ctx, info } = cause;
  const account = await loadAccount(ctx.db, session.operatorId, session.userId);
  if (!account) throw new Failure('AUM0001');
  const check = await checkOwnPassword(ctx, account, proof.password, info.sourceIp);
  if (!check.right) {
    await settleWrong(ctx, info, check, 400);
    throw new Failure('AUM0011');
  }
  const proved = { ...account, version: account.credentialVersion };
  return await changeUser(cause, proved, async (c) => {
    const { db } = c;
    await settleRight(db, check.attempt, c.now);
    const factor = await activeFactor(db, account);
    if (factor && !proof.otp) return refuse('MFA0001', 'code needed', 'refused');
    if (factor && !(await acceptCode(db, ctx, info, account, proof.otp ?? ''))) return refuse('MFA0002', 'wrong code');
    const authMethod = factor ? ('password+totp' as const) : ('password' as const);
    const renewed = await renewToken(db, ctx, session, token, { provedAt: c.now, authMethod });
    if (!renewed) throw new Failure('AUM0001');
    return renewed;
  });
}
