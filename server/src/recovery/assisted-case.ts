import { codeSymbols, handedCodeLength } from '@warifu/contract';
import { textsOf } from '../authorize/documents.ts';
import { nameOf } from '../change/change.ts';
import type { Context } from '../context.ts';
import { newSalt } from '../crypto/passwords.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import { hashSecret, randomText } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { preparedRead } from '../db/reads.ts';
import { type RecoveryCases, rootId } from '../db/schema.ts';
import { linkOfCase } from '../links/links.ts';
import { casesThatCanHappen } from './cases.ts';

type Owner = { readonly operatorId: string; readonly userId: string };

/** A code with what is kept of it: a slow hash of it opens the link of its case (R26). */
export type NewCode = { readonly code: string; readonly salt: string; readonly secret: string };

/** Makes a code. Slow: call it outside a transaction. */
export async function makeCode(ctx: Context): Promise<NewCode> {
  const code = randomText(codeSymbols, handedCodeLength);
  const salt = newSalt();
  return { code, salt, secret: await ctx.hasher.hashWithSalt(code, salt) };
}

/** SECURITY: whoever reads the database without the key file has no salt, and so nothing to guess at. */
export function sealSalt(ctx: Context, key: Pick<RecoveryCases, 'operator_id' | 'case_id'>, salt: string): string {
  return seal(ctx.keys, salt, place(key));
}

/** The salt of the code of a user's open case; a new one when there is none, so that the work is the same. */
export async function saltFor(ctx: Context, user: Owner | undefined): Promise<string> {
  const row = user && (await openCases(ctx.db, ctx.now(), user.operatorId, user.userId))[0];
  if (!row || row.code_salt === '') return newSalt();
  try {
    return unseal(ctx.keys, row.code_salt, place(row));
  } catch {
    ctx.log.error({ operatorId: row.operator_id, userId: row.user_id }, 'the sealed salt of a code does not open');
    return newSalt();
  }
}

function place({ operator_id, case_id }: Pick<RecoveryCases, 'operator_id' | 'case_id'>): Place {
  return { table: 'recovery_cases', row: [operator_id, case_id] };
}

/** The assisted resets of an operator, or of one user, that nobody finished or stopped and whose time is not over; newest first. */
export async function openCases(db: Db, now: number, operatorId: string, userId?: string): Promise<RecoveryCases[]> {
  const rows = await (userId === undefined
    ? assistedCases(db, operatorId).execute()
    : casesOfUser(db, operatorId, userId));
  return rows.filter(({ due_at }) => due_at > now);
}

/** Every look at a user's MFA asks for them. */
const casesOfUser = preparedRead(
  (db, operatorId: string, userId: string) =>
    assistedCases(db, operatorId).where('recovery_cases.user_id', '=', userId),
  (rows) => rows,
);

function assistedCases(db: Db, operatorId: string) {
  return casesThatCanHappen(db)
    .where('recovery_cases.operator_id', '=', operatorId)
    .where('recovery_cases.kind', '=', 'assisted')
    .orderBy('recovery_cases.asked_at', 'desc');
}

/**
 * The open case of a user that still rests on what it was started on: the user's credentials and enrolment, and what its
 * starter and its approver may do.
 */
export async function standingCase(db: Db, now: number, user: Owner): Promise<RecoveryCases | undefined> {
  const [row] = await openCases(db, now, user.operatorId, user.userId);
  return row && (await stands(db, now, row)) ? row : undefined;
}

/** SECURITY: whoever may not start it any more, or whose credentials changed since, has started nothing. */
async function stands(db: Db, now: number, row: RecoveryCases): Promise<boolean> {
  const { operator_id: operatorId, user_id: userId, started_by: starter, approved_by: approver } = row;
  if ((await versionOf(db, { operatorId, userId })) !== row.credential_version) return false;
  if ((await basisOf(db, { operatorId, userId: starter ?? '' })) !== row.starter_basis) return false;
  if (approver !== null && (await basisOf(db, { operatorId, userId: approver })) !== row.approver_basis) return false;
  if (isAwaited(row) && row.hand_over === 'mail') return true;
  return (await linkOfCase(db, now, { operatorId, caseId: row.case_id })) !== undefined;
}

/** A second person has to approve it first. */
export function isAwaited({ approval_due_at, approved_by }: RecoveryCases): boolean {
  return approval_due_at !== null && approved_by === null;
}

/**
 * What the right of a person rests on: its credentials, and the texts of its permissions as they are now. Any change makes
 * it another one, whichever way it came about.
 */
export async function basisOf(db: Db, { operatorId, userId }: Owner): Promise<string> {
  const version = await versionOf(db, { operatorId, userId });
  // Permissions do not bind the root user.
  const texts = userId === rootId ? undefined : await textsOf(db, operatorId, userId);
  return version === undefined ? 'gone' : hashSecret(JSON.stringify([version, texts ?? null]));
}

async function versionOf(db: Db, { operatorId, userId }: Owner): Promise<number | undefined> {
  const row = await db
    .selectFrom('users')
    .select('credential_version')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.credential_version;
}

/** The resets that a signed-in user can stop: its own and those that it started; for the root user all. */
export async function resetsFor(ctx: Context, { operatorId, userId }: Owner) {
  const now = ctx.now();
  const shown = [];
  for (const row of await openCases(ctx.db, now, operatorId)) {
    const may = [rootId, row.user_id, row.started_by].includes(userId);
    if (may && (await stands(ctx.db, now, row))) shown.push(await describeCase(ctx.db, row));
  }
  return shown;
}

/** An assisted reset as it is shown to who may see the user, and never with anything that finishes it. */
export async function describeCase(db: Db, row: RecoveryCases) {
  const { operator_id: operatorId, started_by: starter, approved_by: approver } = row;
  const names = await namesOf(db, operatorId, [row.user_id, starter, approver]);
  const named = (userId: string) => nameOf(names.get(userId) ?? '?').replace(/^sam:/, '');
  return {
    kind: 'assisted' as const,
    caseId: row.case_id,
    userName: named(row.user_id),
    startedBy: named(starter ?? ''),
    reason: row.reason,
    handOver: row.hand_over === 'mail' ? ('mail' as const) : ('code' as const),
    askedAt: row.asked_at,
    dueAt: row.due_at,
    awaitsApproval: isAwaited(row),
    ...(approver !== null && { approvedBy: named(approver) }),
  };
}

async function namesOf(db: Db, operatorId: string, userIds: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = userIds.filter((userId) => userId !== null);
  const rows = await db
    .selectFrom('users')
    .select(['user_id', 'user_name'])
    .where('operator_id', '=', operatorId)
    .where('user_id', 'in', wanted)
    .execute();
  return new Map(rows.map((row) => [row.user_id, row.user_name]));
}
