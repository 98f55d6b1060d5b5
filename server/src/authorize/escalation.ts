import { covers, type PermissionDocument } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { sourcesOf, type Texts, textsOf } from './documents.ts';

/** The SAM user or root user whose request changes what somebody may do. */
export type Changer = {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  readonly guardOn: boolean;
};

/**
 * SECURITY: makes a change of permissions, and takes it back when it would allow an affected user what neither that
 * user had before nor the changing SAM user has itself (R57). The root user may do anything.
 * @param affected keys of the users whose permissions the change touches
 * @throws Failure AUM0024
 */
export async function changeWithinOwnReach(
  db: Db,
  changer: Changer,
  affected: readonly string[],
  change: () => Promise<void>,
): Promise<void> {
  await lockOperator(db, changer.operatorId);
  if (!isGuarded(changer)) return await change();
  const own = await documentsOf(db, changer.operatorId, changer.userId);
  const before = await documentsOfAll(db, changer.operatorId, affected);
  await change();
  for (const userId of affected) {
    const after = await documentsOf(db, changer.operatorId, userId);
    if (!widensNothing(own, before.get(userId) ?? [], after)) refuse(changer);
  }
}

/**
 * SECURITY: refuses to hand a SAM user the means to act as a user that may do more than itself: a password, an
 * AuthKey, a trust policy (R57).
 * @throws Failure AUM0024
 */
export async function assertMayActAs(db: Db, changer: Changer, userId: string): Promise<void> {
  await lockOperator(db, changer.operatorId);
  if (!isGuarded(changer) || userId === changer.userId) return;
  const own = await documentsOf(db, changer.operatorId, changer.userId);
  if (!covers(own, await documentsOf(db, changer.operatorId, userId))) refuse(changer);
}

/**
 * Whether nobody gains anything the changer lacks: what is allowed after the change was allowed before it, or is
 * allowed to the changer. Denies of both sides count on the wide side, so "yes" is never said too often.
 */
export function widensNothing(
  own: readonly PermissionDocument[],
  before: readonly PermissionDocument[],
  after: readonly PermissionDocument[],
): boolean {
  return covers(before, after) || covers(own, after) || covers([...own, ...before], after);
}

function isGuarded(changer: Changer): boolean {
  return changer.userId !== rootId && changer.guardOn;
}

function refuse(changer: Changer): never {
  throw new Failure('AUM0024', { userName: changer.userName });
}

/**
 * Takes the operator's row for the rest of the transaction. Changes of permissions of one operator happen one
 * after the other: each is judged by what the others left.
 */
export async function lockOperator(db: Db, operatorId: string): Promise<void> {
  await db
    .updateTable('operators')
    .set((eb) => ({ updated_at: eb.ref('updated_at') }))
    .where('operator_id', '=', operatorId)
    .execute();
}

async function documentsOf(db: Db, operatorId: string, userId: string): Promise<PermissionDocument[]> {
  const texts = await textsOf(db, operatorId, userId);
  return texts ? documents(texts) : [];
}

async function documentsOfAll(db: Db, operatorId: string, userIds: readonly string[]) {
  const all = new Map<string, PermissionDocument[]>();
  for (const userId of userIds) all.set(userId, await documentsOf(db, operatorId, userId));
  return all;
}

function documents(texts: Texts): PermissionDocument[] {
  return sourcesOf(texts).map((source) => source.document);
}
