import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { Failure } from '../failure.ts';
import { findLink, spendLink, voidLockLinks } from '../links/links.ts';
import { holdRecovery } from '../operators/operators.ts';
import { restorePrimary } from '../operators/restore-primary.ts';
import { forgetDevices } from '../sessions/devices.ts';
import { lockUser, voidCredentials } from '../users/credentials.ts';
import { mailResetLink } from './password-reset.ts';

/**
 * "Cancel and lock" of a notice: the old primary address is back, every session ends, every link that could change
 * something dies, and the password opens nothing until a new one is set by a link that is mailed to the primary address.
 *
 * SECURITY: it gives whoever has the link nothing but the end of things. Who reads a mailbox that is no longer primary
 * can bring it back for as long as the link lives, which is what it is for; MFA stays on, and no MFA reset by mail is
 * possible for 24 hours.
 * @returns what ended
 * @throws Failure AUM0012 when the token is not a live one
 */
export async function lockByLink(cause: Cause, token: string): Promise<Receipt> {
  const { ctx } = cause;
  const link = await findLink(ctx.db, ctx.now(), token, ['account_lock']);
  if (!link) throw new Failure('AUM0012');
  const { operator_id: operatorId, user_id: userId, address } = link;
  return await changeUser(cause, { operatorId, userId: userId ?? '', otherwise: 'AUM0012' }, async (c) => {
    describe(c, { target: 'root' });
    if (!(await spendLink(c.db, c.now, link))) throw new Failure('AUM0012');
    await voidLockLinks(c.db, c.now, link);
    const restored = address !== null && (await restorePrimary(c, address));
    await lockUser(c);
    await voidCredentials(c);
    await forgetDevices(c);
    await holdRecovery(c);
    await mailResetLink(c, c.user.row.credential_version + 1);
    notify(c, 'account_locked', restored ? { address } : {});
    return c.receipt;
  });
}
