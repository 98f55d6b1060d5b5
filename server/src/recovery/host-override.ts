import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { HostOverrides } from '../db/schema.ts';
import { rootId } from '../db/schema.ts';
import { findFactor, markReset, removeMfa } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { issueMailToken } from '../links/links.ts';
import { enqueueNotice } from '../mail/notices.ts';
import { lockUser } from '../users/credentials.ts';

export type OverrideRequest = {
  readonly operatorId: string;
  readonly reason: string;
  /** Name of the host's user, for the audit log. */
  readonly hostUser: string;
  /** Milliseconds to wait before it happens. */
  readonly wait: number;
};

/**
 * Asks for the root user's MFA to be switched off by the host: the way back when device and backup codes are both
 * lost (R46). Every address is told at once and can stop it until it is due.
 * @returns when it is due
 * @throws Failure COM0404 no such operator, MFA0005 when MFA is not active
 */
export async function requestOverride(ctx: Context, info: RequestInfo, request: OverrideRequest): Promise<number> {
  const { operatorId, reason, hostUser, wait } = request;
  const now = ctx.now();
  const dueAt = now + wait;
  await transaction(ctx.db, async (db) => {
    const user = await lockUser(db, ctx, operatorId, rootId);
    if (!user) throw new Failure('COM0404');
    const factor = await findFactor(db, operatorId, rootId);
    if (factor?.status !== 'ACTIVE') throw new Failure('MFA0005');
    const dates = { created_at: now, due_at: dueAt, done_at: null, cancelled_at: null };
    const row = {
      operator_id: operatorId,
      override_id: newId(),
      host_user: hostUser,
      reason,
      factor_id: factor.factor_id,
      ...dates,
    };
    await db.insertInto('host_overrides').values(row).execute();
    const bound = { operatorId, userId: rootId, credentialVersion: user.credential_version, expiresAt: dueAt };
    const token = await issueMailToken(db, ctx, { ...bound, purpose: 'host_override_cancel' });
    const cancelLink = `${ctx.config.baseUrl}/mfa/reset/cancel#${token}`;
    await enqueueNotice(db, ctx, info, operatorId, 'host_override_requested', { cancelLink, reason, dueAt });
    await recordFor(db, ctx, info, row, reason);
  });
  return dueAt;
}

/** Does what is due and was not cancelled; returns how many. Any number of servers may run it. */
export async function runDueOverrides(ctx: Context): Promise<number> {
  const due = await ctx.db
    .selectFrom('host_overrides')
    .selectAll()
    .where('due_at', '<=', ctx.now())
    .where('done_at', 'is', null)
    .where('cancelled_at', 'is', null)
    .execute();
  for (const row of due) await transaction(ctx.db, (db) => runOverride(db, ctx, row));
  return due.length;
}

/** Cancels what an operator's host asked for and is not done yet; joins the transaction that spent the link. */
export async function cancelOverrides(db: Db, ctx: Context, operatorId: string): Promise<void> {
  await db
    .updateTable('host_overrides')
    .set({ cancelled_at: ctx.now() })
    .where('operator_id', '=', operatorId)
    .where('done_at', 'is', null)
    .where('cancelled_at', 'is', null)
    .execute();
}

/** When the host last switched off an operator's MFA, within the 30 days that the console shows it. */
export async function recentOverride(ctx: Context, operatorId: string): Promise<number | undefined> {
  const row = await ctx.db
    .selectFrom('host_overrides')
    .select('done_at')
    .where('operator_id', '=', operatorId)
    .where('done_at', '>', ctx.now() - limits.hostOverride.shown)
    .orderBy('done_at', 'desc')
    .executeTakeFirst();
  return row?.done_at ?? undefined;
}

async function runOverride(db: Db, ctx: Context, row: HostOverrides): Promise<void> {
  const { operator_id: operatorId, override_id: overrideId } = row;
  await lockUser(db, ctx, operatorId, rootId);
  const taken = await db
    .updateTable('host_overrides')
    .set({ done_at: ctx.now() })
    .where('operator_id', '=', operatorId)
    .where('override_id', '=', overrideId)
    .where('done_at', 'is', null)
    .where('cancelled_at', 'is', null)
    .executeTakeFirst();
  const factor = await findFactor(db, operatorId, rootId);
  if (taken.numUpdatedRows !== 1n || factor?.status !== 'ACTIVE') return;
  const receipt = await removeMfa(db, ctx, operatorId, rootId);
  await markReset(db, ctx, { operatorId, userId: rootId });
  await enqueueNotice(db, ctx, fromHost(row), operatorId, 'host_override_done', { receipt, reason: row.reason });
  await recordFor(db, ctx, fromHost(row), row, 'done');
}

async function recordFor(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  row: { operator_id: string; override_id: string; host_user: string; reason: string },
  step: string,
): Promise<void> {
  await record(db, ctx.now(), info, {
    operatorId: row.operator_id,
    userName: '',
    actor: `host:${row.host_user}`,
    target: 'root',
    outcome: 'success',
    reason: step,
    statusCode: 0,
    detail: { override: row.override_id, reason: row.reason },
  });
}

function fromHost(row: HostOverrides): RequestInfo {
  const userAgent = `host:${row.host_user}`;
  const apiKind = 'Host:break-glass mfa';
  return { requestId: '', sourceIp: '', userAgent, method: '', path: '', apiKind, language: 'en' };
}
