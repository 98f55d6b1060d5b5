import { accountKey, type ErrorCode, errorTable, type MessageParams, storedName } from '@warifu/contract';
import { type AuditEvent, record } from '../audit/record.ts';
import { tallyEvent } from '../audit/tally.ts';
import type { Context, Receipt } from '../context.ts';
import { type Db, lockedRow, transaction } from '../db/database.ts';
import { type Operators, rootId, type Users } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import type { NoticeEvent } from '../mail/facts.ts';
import { type NoticeOptions, tellOwners } from '../mail/notices.ts';
import type { Cause } from './cause.ts';

/**
 * A change of state under way: its transaction, and what will be written down of it. Made by the functions below only,
 * which append the audit record as their last statement (R73, I3).
 */
export type Change = {
  readonly cause: Cause;
  readonly ctx: Context;
  readonly db: Db;
  /** The instant of the change; every row that it writes has this one. */
  readonly now: number;
  /** What the audit record says; `describe` fills it. */
  readonly entry: Entry;
  /** What ended so far; `count` adds to it. */
  readonly receipt: { -readonly [name in keyof Receipt]: number };
  readonly notices: { readonly event: NoticeEvent; readonly options: NoticeOptions }[];
  readonly further: AuditEvent[];
};

type Entry = {
  operatorId: string;
  userName: string;
  actor: string;
  target: string;
  /** Other than `success` where the operation answered well, but what was asked for was not done. */
  outcome: AuditEvent['outcome'];
  reason: string;
  detail: Record<string, string | number | boolean>;
};

declare const locked: unique symbol;
/** A user whose row this transaction holds. Nobody else changes its credentials, or removes it, until it is over. */
export type LockedUser = {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  /** As it was when the lock was taken. */
  readonly row: Readonly<Users>;
  readonly [locked]: true;
};
/** An operator whose revision this transaction has raised: no other change that decisions rest on happens beside it. */
export type LockedOperator = {
  readonly operatorId: string;
  readonly row: Readonly<Operators>;
  readonly [locked]: true;
};

/** A change of what belongs to one user. */
export type UserChange = Change & { readonly user: LockedUser };
/** A change of who may do what. */
export type AuthorityChange = Change & { readonly operator: LockedOperator };
export type UserAuthorityChange = AuthorityChange & UserChange;

/** Says no, and keeps what the transaction wrote: a counted failure must not be taken back with the refusal. */
export type Refused = {
  readonly refused: ErrorCode;
  readonly outcome: 'failure' | 'refused';
  readonly reason: string;
  readonly params?: MessageParams;
};

export type Work<C, T> = (c: C) => Promise<T | Refused>;

/** Whose row is locked. */
export type Who = Known | Named;
/** A SAM user as a path names it, spelled exactly as it was created; found when the locks are held. */
type Named = { readonly operatorId: string; readonly userName: string };
type Known = {
  readonly operatorId: string;
  readonly userId: string;
  /** When something was proved under these credentials: it is void under others. */
  readonly version?: number;
  /** What is answered when the user is gone or has other credentials; COM0404 when left out. */
  readonly otherwise?: ErrorCode;
};

/**
 * Changes something of one user under its lock. A caller whose session ended meanwhile changes nothing any more.
 * @throws Failure AUM0001 when the caller's session is gone, `otherwise` when the user is gone or has other credentials
 *   than `version`
 */
export async function changeUser<T>(cause: Cause, who: Who, work: Work<UserChange, T>): Promise<T> {
  return await run(cause, who.operatorId, async (c) => {
    const user = await lockUser(c, who);
    return await watched({ ...c, user }, who.operatorId, work);
  });
}

/**
 * Changes what decisions of an operator rest on: permissions, roles, defaults, trust, settings, users. Takes the
 * operator's revision first, so that what is compared is what the change before left.
 * @throws Failure AUM0001, AUM0017 when the caller may not any more, COM0404
 */
export async function changeAuthority<T>(cause: Cause, operatorId: string, work: Work<AuthorityChange, T>): Promise<T> {
  return await run(cause, operatorId, async (c) => {
    const operator = await lockOperator(c, operatorId);
    return await watched({ ...c, operator }, operatorId, work);
  });
}

/** The same for one user: the operator's revision, then the user's lock. */
export async function changeUserAuthority<T>(cause: Cause, who: Who, work: Work<UserAuthorityChange, T>): Promise<T> {
  return await run(cause, who.operatorId, async (c) => {
    const operator = await lockOperator(c, who.operatorId);
    const user = await lockUser(c, who);
    return await watched({ ...c, operator, user }, who.operatorId, work);
  });
}

/** Changes something that belongs to no user and decides nothing, such as a first sign-up. */
export async function change<T>(cause: Cause, operatorId: string, work: Work<Change, T>): Promise<T> {
  return await run(cause, operatorId, work);
}

/** Fills in the audit record. */
export function describe(c: Change, entry: Partial<Omit<Entry, 'detail'>> & { detail?: Entry['detail'] }): void {
  const { detail, ...rest } = entry;
  Object.assign(c.entry, rest);
  Object.assign(c.entry.detail, detail);
}

/** Adds to the receipt what ended. */
export function count(c: Change, ended: Partial<Receipt>): void {
  for (const name of receiptNames) c.receipt[name] += ended[name] ?? 0;
}

/** Tells every verified address of the operator, with what ended; the mails are made when the change is complete. */
export function notify(c: Change, event: NoticeEvent, options: NoticeOptions = {}): void {
  c.notices.push({ event, options });
}

/** A second record of the same change, such as in the chain of another operator. */
export function alsoRecord(c: Change, event: AuditEvent): void {
  c.further.push(event);
}

/** A refusal that is kept; return it from the work of a change. */
export function refuse(
  refused: ErrorCode,
  reason: string,
  outcome: 'failure' | 'refused' = 'failure',
  params: MessageParams = {},
): Refused {
  return { refused, reason, outcome, params };
}

const receiptNames = ['sessions', 'pendingSignIns', 'links', 'backupCodes'] as const;

async function run<T>(cause: Cause, operatorId: string, work: Work<Change, T>): Promise<T> {
  const { result, events } = await transaction(cause.ctx.db, async (db) => {
    await cause.take?.(db);
    const c = begin(cause, db, operatorId);
    const result = await work(c);
    await flushNotices(c);
    return { result, events: await flushRecords(c, isRefused(result) ? result : undefined) };
  });
  for (const event of events) tallyEvent(cause.ctx.counts, cause.info.apiKind, event);
  if (!isRefused(result)) return result;
  throw new Failure(result.refused, result.params);
}

/** A refusal that is kept changed nothing that anybody rests on. */
async function watched<C extends Change, T>(c: C, operatorId: string, work: Work<C, T>): Promise<T | Refused> {
  const settle = await c.cause.watch?.(c.db, operatorId);
  const result = await work(c);
  if (!isRefused(result)) await settle?.(c.db);
  return result;
}

function begin(cause: Cause, db: Db, operatorId: string): Change {
  const { ctx, caller } = cause;
  const who = caller
    ? { operatorId: caller.operatorId, userName: caller.userName, actor: nameOf(caller.userName) }
    : { operatorId, userName: '', actor: cause.actor };
  const receipt = { sessions: 0, pendingSignIns: 0, links: 0, backupCodes: 0 };
  const entry = { ...who, target: '', outcome: 'success' as const, reason: '', detail: {} };
  return { cause, ctx, db, now: ctx.now(), entry, receipt, notices: [], further: [] };
}

async function lockOperator(c: Change, operatorId: string): Promise<LockedOperator> {
  const row = await c.db
    .updateTable('operators')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('operator_id', '=', operatorId)
    .returningAll()
    .executeTakeFirst();
  if (!row) throw new Failure('COM0404');
  await assertCallerGoesOn(c);
  await c.cause.recheck?.(c.db);
  return { operatorId, row } as LockedOperator;
}

async function lockUser(c: Change, who: Who): Promise<LockedUser> {
  const { operatorId } = who;
  const { version, otherwise } = 'userId' in who ? who : {};
  const row = await lockedRow(c.db, rowOf(c.db, who)).executeTakeFirst();
  await assertCallerGoesOn(c);
  if (!row || (version !== undefined && row.credential_version !== version)) throw new Failure(otherwise ?? 'COM0404');
  const { caller } = c.cause;
  const itself = caller?.operatorId === operatorId && caller.userId === row.user_id;
  if (!itself && c.entry.target === '') c.entry.target = nameOf(row.user_name);
  return { operatorId, userId: row.user_id, userName: row.user_name, row } as LockedUser;
}

function rowOf(db: Db, who: Who) {
  const query = db.selectFrom('users').selectAll().where('operator_id', '=', who.operatorId);
  if ('userId' in who) return query.where('user_id', '=', who.userId);
  // SECURITY: another spelling must not get around a condition on `pathVariable('user_name')` (R60).
  const name = storedName(who.userName);
  const named = query.where('name_key', '=', accountKey(name)).where('user_name', '=', name);
  return named.where('user_id', '!=', rootId);
}

/** SECURITY: what a session began must not be finished after it was ended, by a reset or by its owner (R43, R52). */
async function assertCallerGoesOn(c: Change): Promise<void> {
  const { caller } = c.cause;
  if (!caller) return;
  const session = await c.db
    .selectFrom('sessions')
    .select('expires_at')
    .where('operator_id', '=', caller.operatorId)
    .where('session_id', '=', caller.sessionId)
    .executeTakeFirst();
  if (!session) throw new Failure('AUM0001');
}

async function flushNotices(c: Change): Promise<void> {
  const ended = Object.values(c.receipt).some((value) => value > 0);
  const { operatorId, actor } = c.entry;
  const happening = { db: c.db, ctx: c.ctx, info: c.cause.info, actor };
  for (const { event, options } of c.notices) {
    const told = { ...(ended && { receipt: { ...c.receipt } }), ...options };
    await tellOwners(happening, operatorId, event, told);
  }
}

/** Always in one order of chains: two changes that write into two of them must not wait for each other. */
async function flushRecords(c: Change, refused: Refused | undefined): Promise<AuditEvent[]> {
  const ended = Object.values(c.receipt).some((value) => value > 0);
  const { detail, ...entry } = c.entry;
  const own: AuditEvent = {
    ...entry,
    detail: { ...(ended && c.receipt), ...detail },
    outcome: refused?.outcome ?? entry.outcome,
    reason: refused?.reason ?? entry.reason,
    statusCode: refused && c.cause.status !== 0 ? errorTable[refused.refused].status : c.cause.status,
  };
  const events = [own, ...c.further].sort((a, b) => (a.operatorId < b.operatorId ? -1 : 1));
  for (const event of events) await record(c.db, c.now, c.cause.info, event);
  return events;
}

function isRefused(result: unknown): result is Refused {
  return typeof result === 'object' && result !== null && 'refused' in result;
}

/** How records name a user. */
export function nameOf(userName: string): string {
  return userName === '' ? 'root' : `sam:${userName}`;
}
