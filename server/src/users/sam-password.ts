import { clearAccount } from '../attempts/attempts.ts';
import { assertMayActAs } from '../authorize/guard.ts';
import type { Cause } from '../change/cause.ts';
import { changeUserAuthority, describe, nameOf, notify, type UserChange } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { Failure } from '../failure.ts';
import { ownSession, setPasswordHash, voidCredentials } from './credentials.ts';
import { assertPasswordSize, provePasswordOf } from './password.ts';
import { assertAcceptable } from './password-policy.ts';
import { changeSamUser, samUserOf, type UserPath } from './users.ts';

export type NewPassword = { readonly currentPassword: string; readonly newPassword: string };

/**
 * Gives a SAM user its first password.
 * @throws Failure AUM0010, AUM0022 when it has one, AUM0024 when it may do more than the caller, COM0404
 */
export async function giveUserPassword(cause: Cause, params: UserPath, password: string | undefined): Promise<void> {
  const { ctx } = cause;
  const user = await samUserOf(ctx.db, params);
  if (password === undefined) {
    throw new Failure('COM0001', { field: 'password', reason: { en: 'is missing', ja: '入力してください。' } });
  }
  await assertAcceptable(ctx, password, [user.userName, user.operatorId]);
  const passwordHash = await ctx.hasher.hash(password);
  await changeSamUser(cause, params, async (c) => {
    await assertMayActAs(c);
    if (c.user.row.password_hash !== null) throw new Failure('AUM0022');
    await setPasswordHash(c, passwordHash);
    await clearAccount(c.db, c.ctx, c.user);
    tell(c);
  });
}

/**
 * Changes a SAM user's password with its current one; wrong ones count as at sign-in (R04).
 * @returns what ended
 * @throws Failure AUM0010, AUM0011, AUM0024, COM0404
 */
export async function changeUserPassword(cause: Cause, params: UserPath, input: NewPassword): Promise<Receipt> {
  const { ctx } = cause;
  const user = await samUserOf(ctx.db, params);
  assertPasswordSize(input.currentPassword, 'currentPassword');
  await assertAcceptable(ctx, input.newPassword, [user.userName, user.operatorId], 'newPassword');
  // Before the attempt is booked: a server too busy for this hash must not make a right password a failure (I9).
  const passwordHash = await ctx.hasher.hash(input.newPassword);
  const proof = await provePasswordOf(cause, user, input.currentPassword);
  return await changeUserAuthority(cause, proof.who, async (c) => {
    await assertMayActAs(c);
    await proof.settle(c);
    return await replacePassword(c, passwordHash);
  });
}

/**
 * Takes a SAM user's password away; its sessions end.
 * @returns what ended
 * @throws Failure COM0404 when it has none
 */
export async function clearUserPassword(cause: Cause, params: UserPath): Promise<Receipt> {
  return await changeSamUser(cause, params, async (c) => {
    if (c.user.row.password_hash === null) throw new Failure('COM0404');
    return await replacePassword(c, null);
  });
}

async function replacePassword(c: UserChange, passwordHash: string | null): Promise<Receipt> {
  await setPasswordHash(c, passwordHash);
  await voidCredentials(c, ownSession(c));
  tell(c);
  return c.receipt;
}

function tell(c: UserChange): void {
  const { userName } = c.user;
  describe(c, { target: nameOf(userName) });
  notify(c, 'password_changed', { userName });
}
