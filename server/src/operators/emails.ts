import { takeFromWindow } from '../attempts/windows.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify } from '../change/change.ts';
import type { Db } from '../db/database.ts';
import { type Emails, rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findLink, spendLink } from '../links/links.ts';
import { parseEmail } from '../mail/address.ts';
import { provePasswordOf } from '../users/password.ts';
import { mailNewLink, upsertEmail } from './email-link.ts';
import { findOperator } from './operators.ts';
import { takeUserEmail } from './user-email.ts';

/**
 * Mails a link to a new address of an operator, with the root user's password. It counts for nothing until that link
 * was followed.
 * @throws Failure COM0008, AUM0003 when it is verified already, AUM0011, COM0429 when too many links were asked
 */
export async function requestEmail(cause: Cause, operatorId: string, input: { email: string; password: string }) {
  const proof = await provePasswordOf(cause, { operatorId, userId: rootId }, input.password);
  const address = parseEmail(input.email);
  if (!address) throw new Failure('COM0008', { field: 'email' });
  await changeUser(cause, proof.who, async (c) => {
    await proof.settle(c);
    const budget = { scope: 'email.day', key: operatorId, limit: limits.reset.mailsPerDay, length: limits.day };
    if (!(await takeFromWindow(c.db, budget, c.now))) throw new Failure('COM0429', {}, limits.hour / 1000);
    await mailNewLink(c, { emailId: await upsertEmail(c, address), email: address.email });
  });
}

/**
 * Mails a new link to an address that was never verified. No password is asked: whoever added it gave it, and nothing
 * changes by a mail. Its budgets are its own, so that a stolen session cannot use up those for adding an address.
 * @throws Failure COM0404, AUM0003 when it is verified, COM0429 when too many links were asked
 */
export async function resendLink(cause: Cause, operatorId: string, emailId: string): Promise<void> {
  await changeUser(cause, { operatorId, userId: rootId }, async (c) => {
    const row = await findEmail(c.db, operatorId, emailId);
    if (row.verified_at !== null) throw new Failure('AUM0003');
    const { mailsPerHour, mailsPerDay } = limits.reset;
    const perAddress = { scope: 'email.resend', key: emailId, limit: mailsPerHour, length: limits.hour };
    const perDay = { scope: 'email.resend_day', key: operatorId, limit: mailsPerDay, length: limits.day };
    for (const budget of [perAddress, perDay]) {
      if (!(await takeFromWindow(c.db, budget, c.now))) throw new Failure('COM0429', {}, budget.length / 1000);
    }
    await mailNewLink(c, { emailId, email: row.email });
  });
}

/**
 * Verifies an address with the mailed token, once; all addresses are told. That of a SAM user takes the place of the one
 * that it had.
 * @throws Failure AUM0012
 */
export async function verifyEmail(cause: Cause, token: string): Promise<void> {
  const link = await findLink(cause.ctx.db, cause.ctx.now(), token, ['add_email']);
  if (!link?.email_id) throw new Failure('AUM0012');
  const { operator_id: operatorId, user_id: userId, email_id: emailId } = link;
  // The user's lock: what takes the place of another address meets nothing that is mailed there meanwhile.
  await changeUser(cause, { operatorId, userId: userId ?? '', otherwise: 'AUM0012' }, async (c) => {
    if (!(await spendLink(c.db, c.now, link))) throw new Failure('AUM0012');
    const row = await c.db
      .updateTable('emails')
      .set({ verified_at: c.now, updated_at: c.now })
      .where('operator_id', '=', operatorId)
      .where('email_id', '=', emailId)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw new Failure('AUM0012');
    describe(c, { target: `email:${emailId}` });
    if (row.user_id !== rootId) return await takeUserEmail(c, row);
    notify(c, 'email_added', { address: row.email });
  });
}

/** An operator's addresses, oldest first. */
export async function listEmails(db: Db, operatorId: string) {
  const rows = await db
    .selectFrom('emails')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', rootId)
    .orderBy('created_at')
    .orderBy('email_id')
    .execute();
  return rows.map(emailReply);
}

/** @throws Failure COM0404 */
export async function getEmail(db: Db, operatorId: string, emailId: string) {
  return emailReply(await findEmail(db, operatorId, emailId));
}

/**
 * Deletes an address that is not the primary one; it is told, too, when it was verified.
 * @throws Failure AUM0036, COM0404
 */
export async function deleteEmail(cause: Cause, operatorId: string, emailId: string): Promise<void> {
  await changeUser(cause, { operatorId, userId: rootId }, async (c) => {
    const row = await findEmail(c.db, operatorId, emailId);
    const operator = await findOperator(c.db, operatorId);
    if (operator?.primary_email_id === emailId) throw new Failure('AUM0036');
    await c.db.deleteFrom('emails').where('operator_id', '=', operatorId).where('email_id', '=', emailId).execute();
    describe(c, { target: `email:${emailId}` });
    notify(c, 'email_removed', { address: row.email, ...(row.verified_at !== null && { also: row.email }) });
  });
}

/**
 * An address of the operator; that of a SAM user is none.
 * @throws Failure COM0404
 */
export async function findEmail(db: Db, operatorId: string, emailId: string): Promise<Emails> {
  const row = await db
    .selectFrom('emails')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('email_id', '=', emailId)
    .where('user_id', '=', rootId)
    .executeTakeFirst();
  if (!row) throw new Failure('COM0404');
  return row;
}

function emailReply(row: Emails) {
  return {
    emailId: row.email_id,
    email: row.email,
    verified: row.verified_at !== null,
    createDateTime: Math.floor(row.created_at / 1000),
    updateDateTime: Math.floor(row.updated_at / 1000),
  };
}
