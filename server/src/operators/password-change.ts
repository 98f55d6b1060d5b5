import type { Cause } from '../change/cause.ts';
import { changeUser, notify } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { ownSession, setPasswordHash, voidCredentials } from '../users/credentials.ts';
import { assertPasswordSize, provePasswordOf } from '../users/password.ts';
import { assertAcceptable } from '../users/password-policy.ts';
import type { NewPassword } from '../users/sam-password.ts';
import { findOperator } from './operators.ts';

/**
 * Changes the root user's password with the current one (R04); every other session ends.
 * @returns what ended
 * @throws Failure AUM0011 when the current one is wrong (counted), AUM0010 when the new one is not acceptable
 */
export async function changePassword(cause: Cause, operatorId: string, input: NewPassword): Promise<Receipt> {
  const { ctx } = cause;
  const operator = await findOperator(ctx.db, operatorId);
  if (!operator) throw new Failure('COM0404');
  assertPasswordSize(input.currentPassword, 'currentPassword');
  await assertAcceptable(ctx, input.newPassword, [operator.email, operatorId], 'newPassword');
  // Before the attempt is booked: a server too busy for this hash must not make a right password a failure (I9).
  const passwordHash = await ctx.hasher.hash(input.newPassword);
  const proof = await provePasswordOf(cause, { operatorId, userId: rootId }, input.currentPassword);
  return await changeUser(cause, proof.who, async (c) => {
    await proof.settle(c);
    await setPasswordHash(c, passwordHash);
    await voidCredentials(c, ownSession(c));
    notify(c, 'password_changed');
    return c.receipt;
  });
}
