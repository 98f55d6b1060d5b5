import { takeFromWindow } from '../attempts/windows.ts';
import { assertMayActAs } from '../authorize/guard.ts';
import type { Cause } from '../change/cause.ts';
import { describe, nameOf, notify, type UserChange } from '../change/change.ts';
import type { Db } from '../db/database.ts';
import type { Emails } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { parseEmail } from '../mail/address.ts';
import { changeSamUser, type SamUser, type UserPath } from '../users/users.ts';
import { mailNewLink, upsertEmail } from './email-link.ts';

type Owner = Pick<SamUser, 'operatorId' | 'userId'>;

/** The address of a SAM user, and the one that waits for its link to be followed. */
export async function describeUserEmail(db: Db, user: Owner): Promise<{ email?: string; pendingEmail?: string }> {
  const rows = await emailsOf(db, user);
  const email = rows.find((row) => row.verified_at !== null)?.email;
  const pendingEmail = rows.find((row) => row.verified_at === null)?.email;
  return { ...(email !== undefined && { email }), ...(pendingEmail !== undefined && { pendingEmail }) };
}

/** An address of a SAM user. */
export type UserEmail = { readonly emailId: string; readonly email: string };

/** The address that a SAM user gets its mails at; only one that it verified counts. */
export async function verifiedUserEmail(db: Db, user: Owner): Promise<UserEmail | undefined> {
  const row = (await emailsOf(db, user)).find(({ verified_at }) => verified_at !== null);
  return row && { emailId: row.email_id, email: row.email };
}

/**
 * Mails a link to a new address of a SAM user. Until it was followed the address counts for nothing, and the one before
 * stays; a link that was asked before is dead.
 * @throws Failure COM0008, AUM0003 when the user has it already, AUM0024 for somebody stronger, COM0404, COM0429 when too
 *   many links were asked
 */
export async function setUserEmail(cause: Cause, params: UserPath, email: string): Promise<void> {
  const address = parseEmail(email);
  if (!address) throw new Failure('COM0008', { field: 'email' });
  await changeSamUser(cause, params, async (c) => {
    await assertMayActAs(c);
    const { operatorId, userId } = c.user;
    const perUser = { scope: 'email.user_day', key: `${operatorId}/${userId}`, limit: limits.reset.mailsPerDay };
    if (!(await takeFromWindow(c.db, { ...perUser, length: limits.day }, c.now))) {
      throw new Failure('COM0429', {}, limits.hour / 1000);
    }
    const emailId = await upsertEmail(c, address);
    await dropEmails(c, { keep: emailId, pendingOnly: true });
    await mailNewLink(c, { emailId, email: address.email });
    describe(c, { target: nameOf(c.user.userName) });
  });
}

/**
 * Removes the address of a SAM user, and the one that waits; the address is told.
 * @throws Failure COM0404 when it has none, AUM0024 for somebody stronger
 */
export async function removeUserEmail(cause: Cause, params: UserPath): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    await assertMayActAs(c);
    describe(c, { target: nameOf(c.user.userName) });
    const dropped = await dropEmails(c);
    if (dropped.length === 0) throw new Failure('COM0404');
    tellOfOld(c, c.user, dropped);
  });
}

/** The link of an address was followed: it takes the place of the one before, which is told. */
export async function takeUserEmail(c: UserChange, { email_id: emailId, email }: Emails): Promise<void> {
  const { userName } = c.user;
  const [old] = (await dropEmails(c, { keep: emailId })).filter((row) => row.verified_at !== null);
  describe(c, { userName, target: nameOf(userName) });
  notify(c, 'sam_email_changed', { userName, address: email, ...(old && { also: old.email }) });
}

function tellOfOld(c: UserChange, { userName }: Pick<SamUser, 'userName'>, dropped: readonly Emails[]): void {
  const old = dropped.find((row) => row.verified_at !== null);
  if (old) notify(c, 'sam_email_removed', { userName, address: old.email, also: old.email });
}

type Dropped = { readonly keep?: string; readonly pendingOnly?: boolean };

/** Deletes addresses of the user of a change, all or those that wait for their link, but for one; returns them. */
async function dropEmails({ db, user }: UserChange, { keep = '', pendingOnly = false }: Dropped = {}) {
  const own = db.deleteFrom('emails').where('operator_id', '=', user.operatorId).where('user_id', '=', user.userId);
  const others = own.where('email_id', '!=', keep);
  return await (pendingOnly ? others.where('verified_at', 'is', null) : others).returningAll().execute();
}

async function emailsOf(db: Db, { operatorId, userId }: Owner): Promise<Emails[]> {
  return await db
    .selectFrom('emails')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .execute();
}
