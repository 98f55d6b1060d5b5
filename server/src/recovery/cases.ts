import type { ExpressionBuilder } from 'kysely';
import { sql } from 'kysely';
import { type Cause, causeOf } from '../change/cause.ts';
import { changeUser, describe, notify, type UserChange } from '../change/change.ts';
import type { Context, Expiring } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { preparedRead } from '../db/reads.ts';
import type { Database } from '../db/schema.ts';
import { type RecoveryCases, rootId } from '../db/schema.ts';
import { inSlices } from '../db/slices.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { casesWithLink, findLink, issueMailToken, spendLink, voidLinks } from '../links/links.ts';

export type NewCase = Pick<RecoveryCases, 'kind' | 'mfa_id' | 'due_at'> &
  Partial<Omit<RecoveryCases, keyof typeof unset | 'operator_id' | 'user_id'>>;
type Owner = { readonly operatorId: string; readonly userId: string };

/** What finishes a reset; whoever has it may stop that as well. */
const byLink = ['mfa_reset', 'mfa_reset_assisted'] as const;
const unset = { done_at: null, stopped_at: null };
const ofOtherKinds = {
  host_user: '',
  reason: '',
  hand_over: '' as const,
  code_salt: '',
  started_by: null,
  starter_basis: '',
  approval_due_at: null,
  approved_by: null,
  approver_basis: '',
};

/**
 * Opens a recovery case: asked, until it is done, stopped, or over. It is over when its enrolment is gone, or when it
 * was not finished in time.
 * @returns its ID, and the link that stops it until it happened
 */
export async function openCase({ db, ctx, now, user }: UserChange, opened: NewCase) {
  const { operatorId, userId, row } = user;
  const caseId = opened.case_id ?? newId();
  const key = { operator_id: operatorId, case_id: caseId, user_id: userId };
  const asked = { asked_at: now, credential_version: row.credential_version };
  await db
    .insertInto('recovery_cases')
    .values({ ...ofOtherKinds, ...asked, ...opened, ...key, ...unset })
    .execute();
  // It outlives the due time: a server that was down does what is due later, and until then it can be stopped.
  const expiresAt = opened.due_at + limits.hostOverride.shown;
  const bound = { operatorId, userId, credentialVersion: row.credential_version, expiresAt, caseId };
  const token = await issueMailToken(db, ctx, { ...bound, purpose: 'mfa_reset_cancel' });
  const page = userId === rootId ? '/mfa/reset/cancel' : '/mfa/assisted/cancel';
  return { caseId, stopLink: `${ctx.config.baseUrl}${page}#${token}` };
}

/**
 * Stops a reset with the mailed link itself or the link of the "this was not me" mail.
 * @throws Failure AUM0012 when the token is not a live one, or nothing is left to stop
 */
export async function stopByLink(cause: Cause, token: string): Promise<void> {
  const { ctx } = cause;
  const link = await findLink(ctx.db, ctx.now(), token, [...byLink, 'mfa_reset_cancel']);
  if (!link) throw new Failure('AUM0012');
  const { operator_id: operatorId, user_id: userId, case_id: caseId } = link;
  await changeUser(cause, { operatorId, userId: userId ?? '', otherwise: 'AUM0012' }, async (c) => {
    if (!(await spendLink(c.db, c.now, link)) || !(await isAnyOpen(c))) throw new Failure('AUM0012');
    await stopCases(c, caseId ?? '');
  });
}

/**
 * Stops what is pending, by the root user itself.
 * @throws Failure COM0404 when nothing is
 */
export async function stopAsRoot(cause: Cause, operatorId: string): Promise<void> {
  await changeUser(cause, { operatorId, userId: rootId }, async (c) => {
    const pending = await pendingCase(c.db, c.now, c.user);
    if (!pending) throw new Failure('COM0404');
    await stopCases(c, pending.case_id);
  });
}

/** What will happen first, unless it is stopped. One by mail is over with its link, whatever the link died of. */
export async function pendingCase(db: Db, now: number, owner: Owner): Promise<RecoveryCases | undefined> {
  const rows = await casesOf(db, owner.operatorId, owner.userId);
  if (rows.length === 0) return undefined;
  const byMail = await casesWithLink(db, now, owner.operatorId, 'mfa_reset');
  return rows.find((row) => row.kind === 'host' || byMail.has(row.case_id));
}

const casesOf = preparedRead(
  (db, operatorId: string, userId: string) =>
    casesThatCanHappen(db)
      .where('recovery_cases.operator_id', '=', operatorId)
      .where('recovery_cases.user_id', '=', userId)
      .orderBy('due_at'),
  (rows) => rows,
);

/** Neither done nor stopped, and the MFA that they are bound to is still on. */
export function casesThatCanHappen(db: Db) {
  return db
    .selectFrom('recovery_cases')
    .innerJoin('users', (join) =>
      join
        .onRef('users.operator_id', '=', 'recovery_cases.operator_id')
        .onRef('users.user_id', '=', 'recovery_cases.user_id')
        .onRef('users.mfa_id', '=', 'recovery_cases.mfa_id'),
    )
    .selectAll('recovery_cases')
    .where('done_at', 'is', null)
    .where('stopped_at', 'is', null);
}

/** Takes a case for its end, once; false when it is done or was stopped. */
export async function finishCase({ db, now, user }: UserChange, caseId: string): Promise<boolean> {
  const result = await openOf(db, user).set({ done_at: now }).where('case_id', '=', caseId).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

type Approval = Pick<RecoveryCases, 'approved_by' | 'approver_basis' | 'due_at'>;

/** Writes an approval down, once; false when it was approved, done or stopped. */
export async function takeApproval({ db, user }: UserChange, caseId: string, approval: Approval): Promise<boolean> {
  const unapproved = openOf(db, user).where('case_id', '=', caseId).where('approved_by', 'is', null);
  return (await unapproved.set(approval).executeTakeFirst()).numUpdatedRows === 1n;
}

/** Ends every open case of a user without a word: another one takes their place. */
export async function voidCases({ db, now, user }: UserChange): Promise<void> {
  await openOf(db, user).set({ stopped_at: now }).execute();
}

function openOf(db: Db, { operatorId, userId }: Owner) {
  return db
    .updateTable('recovery_cases')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('done_at', 'is', null)
    .where('stopped_at', 'is', null);
}

/**
 * Stops every case that could still happen. SECURITY: a reset by the host that was stopped after a backup was made
 * would come alive with it, and whoever stopped it would hear of nothing.
 */
export async function stopAllCases(db: Db, now: number): Promise<void> {
  const open = db.updateTable('recovery_cases').where('done_at', 'is', null).where('stopped_at', 'is', null);
  await open.set({ stopped_at: now }).execute();
}

/** When the host last switched off an operator's MFA, within the 30 days that the console shows it. */
export async function recentOverride(ctx: Context, operatorId: string): Promise<number | undefined> {
  const row = await ctx.db
    .selectFrom('recovery_cases')
    .select('done_at')
    .where('operator_id', '=', operatorId)
    .where('kind', '=', 'host')
    .where('done_at', '>', ctx.now() - limits.hostOverride.shown)
    .orderBy('done_at', 'desc')
    .executeTakeFirst();
  return row?.done_at ?? undefined;
}

/** How many resets by the host were asked for and can happen, and how many were done within the 30 days. */
export async function countHostResets({ db, now }: Pick<Context, 'db' | 'now'>) {
  const since = now() - limits.hostOverride.shown;
  const row = await db
    .selectFrom('recovery_cases')
    .select((eb) => [eb.fn.count<number>('done_at').as('done'), eb.fn.countAll<number>().as('all')])
    .where('kind', '=', 'host')
    .where('stopped_at', 'is', null)
    .where((eb) => eb.or([eb('done_at', 'is', null), eb('done_at', '>', since)]))
    .executeTakeFirstOrThrow();
  return { asked: Number(row.all) - Number(row.done), done: Number(row.done) };
}

/** The cause of what the host asked for: its user, and no request. */
export function causeOfHost(ctx: Context, hostUser: string): Cause {
  const none = { requestId: '', sourceIp: '', method: '', path: '', language: 'en' } as const;
  const info = { ...none, userAgent: `host:${hostUser}`, apiKind: 'Host:break-glass mfa' };
  return causeOf(ctx, info, `host:${hostUser}`, 0);
}

/** Whether any case can still happen, or could if its enrolment were there. */
async function isAnyOpen({ db, now, user }: UserChange): Promise<boolean> {
  const row = await db
    .selectFrom('recovery_cases')
    .select('case_id')
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .where('done_at', 'is', null)
    .where('stopped_at', 'is', null)
    .where((eb) => eb.or([eb('kind', '=', 'host'), eb('due_at', '>', now)]))
    .executeTakeFirst();
  return row !== undefined;
}

/** Who stops one reset means them all. */
export async function stopCases(c: UserChange, caseId: string): Promise<void> {
  const { operatorId, userId, userName } = c.user;
  await voidCases(c);
  await voidLinks(c.db, c.now, { operatorId, userId, purposes: [...byLink, 'mfa_reset_cancel'] });
  describe(c, { detail: { case: caseId } });
  if (userId === rootId) notify(c, 'mfa_reset_cancelled');
  else notify(c, 'sam_mfa_reset_stopped', { userName });
}

/**
 * A case is gone when nobody is shown it any more. SECURITY: one of the host goes then, too, when no server ran for so
 * long: the link that could stop it is over.
 */
export const expiredCases: Expiring = {
  table: 'recovery_cases',
  remove: ({ db }, at) => {
    const before = at - limits.hostOverride.shown;
    const isOver = (eb: ExpressionBuilder<Database, 'recovery_cases'>) =>
      eb.and([eb('due_at', '<=', before), eb.or([eb('done_at', 'is', null), eb('done_at', '<=', before)])]);
    return inSlices((atMost) =>
      db
        .deleteFrom('recovery_cases')
        .where(isOver)
        .where((eb) => {
          const over = eb.selectFrom('recovery_cases').select(['operator_id', 'case_id']).where(isOver).limit(atMost);
          return eb(eb.refTuple('operator_id', 'case_id'), 'in', over.$asTuple('operator_id', 'case_id'));
        })
        .executeTakeFirst(),
    );
  },
  bringBack: (db, now) =>
    db
      .updateTable('recovery_cases')
      .set({ asked_at: now, due_at: sql<number>`due_at - (asked_at - ${now})` })
      .where('asked_at', '>', now)
      .execute(),
};
