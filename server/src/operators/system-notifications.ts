import { type Actor, by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { type Db, isDuplicate, transaction } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { voidMailTokens } from '../links/links.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { lockUser } from '../users/credentials.ts';
import { findEmail } from './emails.ts';
import { findOperator } from './operators.ts';

/** What an operator's addresses are for. `primary` is sign-in and the reset mails. */
const notificationTypes = ['primary', 'recovery', 'billing', 'support'] as const;

/** The addresses of every purpose that has any. */
export async function listNotifications(db: Db, operatorId: string) {
  const all = [];
  for (const type of notificationTypes) all.push(await getNotification(db, operatorId, type));
  return all.filter((notification) => notification.emailIdList.length > 0);
}

/** The addresses of one purpose; none when it was never set. */
export async function getNotification(db: Db, operatorId: string, type: string) {
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

/**
 * Sets the addresses of a purpose. A new primary address is told to the old one as well, and holds MFA resets by mail
 * for 24 hours: one mailbox must not count twice (R40).
 * @throws Failure AUM0037 unless all are verified addresses of the operator (exactly one for `primary`), AUM0003
 */
export async function setNotification(ctx: Context, info: RequestInfo, actor: Actor, type: string, ids: string[]) {
  await transaction(ctx.db, async (db) => {
    const { operatorId } = actor;
    await lockUser(db, ctx, operatorId, rootId);
    await assertVerified(db, operatorId, ids);
    if (type === 'primary') await setPrimary(db, ctx, info, operatorId, ids);
    else await storeNotification(db, ctx, operatorId, type, ids);
    const target = `notification:${type}`;
    await record(db, ctx.now(), info, { ...by(actor), target, outcome: 'success', statusCode: 200 });
  });
}

/**
 * Clears the addresses of a purpose.
 * @throws Failure AUM0036 for `primary`
 */
export async function clearNotification(ctx: Context, info: RequestInfo, actor: Actor, type: string): Promise<void> {
  if (type === 'primary') throw new Failure('AUM0036');
  await transaction(ctx.db, async (db) => {
    await storeNotification(db, ctx, actor.operatorId, type, []);
    const target = `notification:${type}`;
    await record(db, ctx.now(), info, { ...by(actor), target, outcome: 'success', statusCode: 204 });
  });
}

async function setPrimary(db: Db, ctx: Context, info: RequestInfo, operatorId: string, ids: string[]): Promise<void> {
  const [emailId] = ids;
  if (emailId === undefined || ids.length !== 1) throw new Failure('AUM0037', { field: 'emailIdList' });
  const before = await findOperator(db, operatorId);
  if (before?.primary_email_id === emailId) return;
  const row = await findEmail(db, operatorId, emailId);
  const now = ctx.now();
  try {
    await db
      .updateTable('operators')
      .set({
        primary_email_id: emailId,
        primary_email_key: row.email_key,
        recovery_hold_until: now + limits.recovery.holdAfterReset,
        updated_at: now,
      })
      .where('operator_id', '=', operatorId)
      .execute();
  } catch (error) {
    throw isDuplicate(error) ? new Failure('AUM0003') : error;
  }
  // Links that were mailed to the old primary address are dead (R43).
  await voidMailTokens(db, ctx, operatorId, ['mfa_reset', 'password_reset']);
  const told = { address: row.email, ...(before && { also: before.email }) };
  await enqueueNotice(db, ctx, info, operatorId, 'primary_email_changed', told);
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
    .where('verified_at', 'is not', null)
    .execute();
  return rows.map((row) => row.email_id);
}

async function storeNotification(db: Db, ctx: Context, operatorId: string, type: string, ids: string[]): Promise<void> {
  const values = { email_ids: JSON.stringify(ids), updated_at: ctx.now() };
  await db
    .insertInto('system_notifications')
    .values({ operator_id: operatorId, type, ...values })
    .onConflict((conflict) => conflict.columns(['operator_id', 'type']).doUpdateSet(values))
    .execute();
}
