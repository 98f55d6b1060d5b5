import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify, type Refused } from '../change/change.ts';
import type { Context, Receipt } from '../context.ts';
import { rootId } from '../db/schema.ts';
import type { SentProof } from '../factors/kind.ts';
import { Failure } from '../failure.ts';
import { findOperator } from '../operators/operators.ts';
import { forgetDevices } from '../sessions/devices.ts';
import type { Session } from '../sessions/live.ts';
import { dropAuthKey } from '../users/auth-keys.ts';
import { ownSession, setPasswordHash, voidCredentials } from '../users/credentials.ts';
import { assertPasswordSize, provePasswordOf } from '../users/password.ts';
import { assertAcceptable, assertOther } from '../users/password-policy.ts';
import { findSignIn } from './history.ts';
import { proofsBeside } from './sign-in.ts';

export type Disowned = {
  readonly signInId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly factor: SentProof;
};

/**
 * "This was not me": sets a new password, ends every other session, forgets the known devices and deletes the AuthKey
 * that the sign-in was made with, in one step.
 *
 * SECURITY: the new password comes with it, because between the two whoever else knows the old one would be the first
 * to set it. It takes the current one and a code, whatever was proved before: a stolen session alone can neither use
 * this nor lock the owner out with it.
 * @returns what ended
 * @throws Failure COM0404 when the caller's history has no such sign-in, AUM0010, AUM0011, MFA0001, MFA0002
 */
export async function disownSignIn(cause: Cause, caller: Session, input: Disowned): Promise<Receipt> {
  const { ctx } = cause;
  const signIn = await findSignIn(ctx, caller, input.signInId);
  if (!signIn) throw new Failure('COM0404');
  assertPasswordSize(input.currentPassword, 'currentPassword');
  assertOther(input.currentPassword, input.newPassword);
  await assertAcceptable(ctx, input.newPassword, [await nameOf(ctx, caller), caller.operatorId], 'newPassword');
  // Before the attempt is booked: a server too busy for this hash must not make a right password a failure (I9).
  const passwordHash = await ctx.hasher.hash(input.newPassword);
  const proof = await provePasswordOf(cause, caller, input.currentPassword);
  return await changeUser(cause, proof.who, async (c): Promise<Receipt | Refused> => {
    await proof.settle(c);
    const proofs = await proofsBeside(c, { ...input.factor, askedFor: caller.sessionId });
    if ('refused' in proofs) return proofs;
    await setPasswordHash(c, passwordHash);
    await voidCredentials(c, ownSession(c));
    await forgetDevices(c);
    describe(c, { target: `sign-in:${input.signInId}` });
    const { authKeyId } = signIn;
    if (authKeyId !== undefined && (await dropAuthKey(c, authKeyId))) describe(c, { detail: { authKeyId } });
    notify(c, 'sign_in_disowned', { userName: c.user.userName });
    return c.receipt;
  });
}

/** What must not be the password: the user name, or the address of the root user. */
async function nameOf(ctx: Context, { operatorId, userId, userName }: Session): Promise<string> {
  return userId === rootId ? ((await findOperator(ctx.db, operatorId))?.email ?? '') : userName;
}
