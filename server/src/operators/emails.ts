import { takeFromWindow } from '../attempts/windows.ts';
import { type Actor, by } from '../change/actor.ts';
import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { Emails } from '../db/schema.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { findLink, issueMailToken, spendLink, voidLinksOfEmail } from '../links/links.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { lockUser } from '../users/credentials.ts';
import { parseEmail } from './email.ts';

/**
 * Mails a link to a new address of an operator. It counts for nothing until that link was followed.
 * @throws Failure COM0008, AUM0003 when it is verified already, COM0429 when too many links were asked
 */
export async function requestEmail(ctx: Context, info: RequestInfo, actor: Actor, typed: string): Promise<void> {
  const address = parseEmail(typed);
  if (!address) throw new Failure('COM0008', { field: 'email' });
  const { operatorId } = actor;
  await transaction(ctx.db, async (db) => {
    const user = await lockUser(db, ctx, operatorId, rootId);
    const budget = { scope: 'email.day', key: operatorId, limit: limits.reset.mailsPerDay, length: limits.day };
    if (!(await takeFromWindow(db, budget, ctx.now()))) throw new Failure('COM0429', {}, limits.hour / 1000);
    const emailId = await upsertEmail(db, ctx, operatorId, address);
    const token = await newToken(db, ctx, operatorId, emailId, user?.credential_version ?? 0);
    await enqueueMail(db, ctx, {
      operatorId,
      recipient: address.email,
      language: user?.language ?? 'en',
      notAfter: ctx.now() + limits.signUp.tokenLife,
      facts: {
        template: 'add_email_link',
        at: ctx.now(),
        sourceIp: info.sourceIp,
        userAgent: info.userAgent,
        operatorId,
        account: address.email,
        link: `${ctx.config.baseUrl}/email/verify#${token}`,
        lifeMinutes: limits.signUp.tokenLife / 60_000,
      },
    });
    await record(db, ctx.now(), info, {
      ...by(actor),
      target: `email:${emailId}`,
      outcome: 'success',
      statusCode: 200,
    });
  });
}

/**
 * Verifies an address with the mailed token, once; all addresses are told.
 * @throws Failure AUM0012
 */
export async function verifyEmail(ctx: Context, info: RequestInfo, token: string): Promise<void> {
  await transaction(ctx.db, async (db) => {
    const now = ctx.now();
    const link = await findLink(db, now, token, ['add_email']);
    if (!link?.email_id || !(await spendLink(db, now, link))) throw new Failure('AUM0012');
    const { operator_id: operatorId, email_id: emailId } = link;
    const row = await db
      .updateTable('emails')
      .set({ verified_at: now, updated_at: now })
      .where('operator_id', '=', operatorId)
      .where('email_id', '=', emailId)
      .returning('email')
      .executeTakeFirst();
    if (!row) throw new Failure('AUM0012');
    await enqueueNotice(db, ctx, info, operatorId, 'email_added', { address: row.email });
    const target = `email:${emailId}`;
    await record(db, now, info, {
      operatorId,
      userName: '',
      actor: 'anonymous',
      target,
      outcome: 'success',
      statusCode: 200,
    });
  });
}

/** An operator's addresses, oldest first. */
export async function listEmails(db: Db, operatorId: string) {
  const rows = await db
    .selectFrom('emails')
    .selectAll()
    .where('operator_id', '=', operatorId)
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
 * Deletes an address that is not the primary one; it is told, too.
 * @throws Failure AUM0036, COM0404
 */
export async function deleteEmail(ctx: Context, info: RequestInfo, actor: Actor, emailId: string): Promise<void> {
  const { operatorId } = actor;
  await transaction(ctx.db, async (db) => {
    await lockUser(db, ctx, operatorId, rootId);
    const row = await findEmail(db, operatorId, emailId);
    const primary = await db
      .selectFrom('operators')
      .select('primary_email_id')
      .where('operator_id', '=', operatorId)
      .executeTakeFirst();
    if (primary?.primary_email_id === emailId) throw new Failure('AUM0036');
    await enqueueNotice(db, ctx, info, operatorId, 'email_removed', { address: row.email });
    await db.deleteFrom('emails').where('operator_id', '=', operatorId).where('email_id', '=', emailId).execute();
    const target = `email:${emailId}`;
    await record(db, ctx.now(), info, { ...by(actor), target, outcome: 'success', statusCode: 204 });
  });
}

/** @throws Failure COM0404 */
export async function findEmail(db: Db, operatorId: string, emailId: string): Promise<Emails> {
  const row = await db
    .selectFrom('emails')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('email_id', '=', emailId)
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

async function upsertEmail(db: Db, ctx: Context, operatorId: string, address: { email: string; emailKey: string }) {
  const known = await db
    .selectFrom('emails')
    .select(['email_id', 'verified_at'])
    .where('operator_id', '=', operatorId)
    .where('email_key', '=', address.emailKey)
    .executeTakeFirst();
  if (known?.verified_at) throw new Failure('AUM0003');
  if (known) return known.email_id;
  const emailId = newId();
  const now = ctx.now();
  const dates = { verified_at: null, created_at: now, updated_at: now };
  const row = {
    operator_id: operatorId,
    email_id: emailId,
    email: address.email,
    email_key: address.emailKey,
    ...dates,
  };
  await db.insertInto('emails').values(row).execute();
  return emailId;
}

async function newToken(db: Db, ctx: Context, operatorId: string, emailId: string, version: number): Promise<string> {
  await voidLinksOfEmail(db, ctx.now(), operatorId, emailId);
  const expiresAt = ctx.now() + limits.signUp.tokenLife;
  const bound = { operatorId, userId: rootId, credentialVersion: version, expiresAt, emailId };
  return await issueMailToken(db, ctx, { ...bound, purpose: 'add_email' });
}
