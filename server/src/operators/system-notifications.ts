import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify, type UserChange } from '../change/change.ts';
import { type Db, isDuplicate } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { voidLinks } from '../links/links.ts';
import { provePasswordOf } from '../users/password.ts';
import { findEmail } from './emails.ts';
import { newLockLink } from './lock-link.ts';
import { findOperator } from './operators.ts';

/** What an operator's addresses are for. `primary` is sign-in and the reset mails. */
const notificationTypes = ['primary', 'recovery', 'billing', 'support'] as const;
type NotificationType = (typeof notificationTypes)[number];

/** The addresses of every purpose that has any. */
export async function listNotifications(db: Db, operatorId: string) {
  const all = [];
  for (const type of notificationTypes) all.push(await getNotification(db, operatorId, type));
  return all.filter((notification) => notification.emailIdList.length > 0);
}

/** The addresses of one purpose; none when it was never set. */
export async function getNotification(db: Db, operatorId: string, type: NotificationType) {
  if (type === 'primary') {
    const operator = await findOperator(db, operatorId);
    const emailIdList = operator ? [operator.primary_email_id] : [];
    return { type, emailIdList, updateDateTime: Math.floor((operator?.updated_at ?? 0) / 1000) };
  }
  const row = await db
    .selectFrom('system_notifications')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('type', '=', type)
    .executeTakeFirst();
  const existing = new Set(await emailIds(db, operatorId));
  const emailIdList = (row ? (JSON.parse(row.email_ids) as string[]) : []).filter((id) => existing.has(id));
  return { type, emailIdList, updateDateTime: Math.floor((row?.updated_at ?? 0) / 1000) };
}

export type NotificationPath = { readonly operator_id: string; readonly type: NotificationType };
export type NewNotification = { readonly emailIdList: string[]; readonly password?: string };

/**
 * Sets the addresses of a purpose. A new primary address needs the root user's password, is told to the old one as
 * well, and holds MFA resets by mail for 24 hours: one mailbox must not count twice (R40).
 * @throws Failure AUM0037 unless all are verified addresses of the operator (exactly one for `primary`), AUM0003,
 *   AUM0011
 */
export async function setNotification(cause: Cause, params: NotificationPath, input: NewNotification) {
  const { operator_id: operatorId, type } = params;
  const root = { operatorId, userId: rootId };
  const proof = type === 'primary' ? await provePasswordOf(cause, root, input.password ?? '') : undefined;
  return await changeUser(cause, proof?.who ?? root, async (c) => {
    await proof?.settle(c);
    describe(c, { target: `notification:${type}` });
    await assertVerified(c.db, operatorId, input.emailIdList);
    if (type === 'primary') await setPrimary(c, input.emailIdList);
    else await storeNotification(c, type, input.emailIdList);
    return await getNotification(c.db, operatorId, type);
  });
}

/**
 * Clears the addresses of a purpose.
 * @throws Failure AUM0036 for `primary`
 */
export async function clearNotification(cause: Cause, { operator_id: operatorId, type }: NotificationPath) {
  if (type === 'primary') throw new Failure('AUM0036');
  await changeUser(cause, { operatorId, userId: rootId }, async (c) => {
    describe(c, { target: `notification:${type}` });
    await storeNotification(c, type, []);
  });
}

async function setPrimary(c: UserChange, ids: string[]): Promise<void> {
  const { operatorId } = c.user;
  const [emailId] = ids;
  if (emailId === undefined || ids.length !== 1) throw new Failure('AUM0037', { field: 'emailIdList' });
  const before = await findOperator(c.db, operatorId);
  if (before?.primary_email_id === emailId) return;
  const row = await findEmail(c.db, operatorId, emailId);
  const held = { recovery_hold_until: c.now + limits.recovery.holdAfterReset, updated_at: c.now };
  try {
    await c.db
      .updateTable('operators')
      .set({ primary_email_id: emailId, primary_email_key: row.email_key, ...held })
      .where('operator_id', '=', operatorId)
      .execute();
  } catch (error) {
    throw isDuplicate(error) ? new Failure('AUM0003') : error;
  }
  // Links that were mailed to the old primary address are dead (R43).
  await voidLinks(c.db, c.now, { operatorId, purposes: ['mfa_reset', 'password_reset'] });
  if (!before) return;
  notify(c, 'primary_email_changed', { address: row.email, except: before.email });
  // SECURITY: the way back goes to the old address alone; the others may be the thief's.
  const cancelLink = await newLockLink(c, before.email);
  notify(c, 'primary_email_changed', { address: row.email, only: before.email, cancelLink });
}

async function assertVerified(db: Db, operatorId: string, ids: string[]): Promise<void> {
  const verified = new Set(await emailIds(db, operatorId));
  const fits = new Set(ids).size === ids.length && ids.every((id) => verified.has(id));
  if (!fits) throw new Failure('AUM0037', { field: 'emailIdList' });
}

async function emailIds(db: Db, operatorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('emails')
    .select('email_id')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', rootId)
    .where('verified_at', 'is not', null)
    .execute();
  return rows.map((row) => row.email_id);
}

async function storeNotification(c: UserChange, type: string, ids: string[]): Promise<void> {
  const values = { email_ids: JSON.stringify(ids), updated_at: c.now };
  await c.db
    .insertInto('system_notifications')
    .values({ operator_id: c.user.operatorId, type, ...values })
    .onConflict((conflict) => conflict.columns(['operator_id', 'type']).doUpdateSet(values))
    .execute();
}
