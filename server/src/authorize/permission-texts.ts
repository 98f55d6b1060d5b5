import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import type { SamUser } from '../users/users.ts';
import { type Changer, changeWithinOwnReach } from './escalation.ts';

/**
 * Sets a SAM user's own permission; an empty text removes it. It acts on the next request.
 * @throws Failure AUM0024 when it would allow what the changer may not do itself
 */
export async function setOwnPermission(db: Db, ctx: Context, changer: Changer, user: SamUser, permission: string) {
  await changeWithinOwnReach(db, changer, [user.userId], async () => {
    await db
      .updateTable('users')
      .set({ permission, updated_at: ctx.now() })
      .where('operator_id', '=', user.operatorId)
      .where('user_id', '=', user.userId)
      .execute();
  });
}

/**
 * Sets the permission that every SAM user of an operator has; an empty text removes it.
 * @throws Failure AUM0024
 */
export async function setDefaultPermissions(
  db: Db,
  ctx: Context,
  changer: Changer,
  permissions: string,
): Promise<void> {
  await changeWithinOwnReach(db, changer, await samUserIds(db, changer.operatorId), async () => {
    await db
      .updateTable('operators')
      .set({ default_permissions: permissions, updated_at: ctx.now() })
      .where('operator_id', '=', changer.operatorId)
      .execute();
  });
}

/** Says who may switch to a SAM user; null lets nobody. Sessions that were switched to it before end (R62). */
export async function setTrustPolicy(db: Db, user: SamUser, trustPolicy: string | null): Promise<void> {
  await db
    .updateTable('users')
    .set({ trust_policy: trustPolicy })
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .execute();
  await db
    .deleteFrom('sessions')
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .where('origin_session_id', 'is not', null)
    .execute();
}

async function samUserIds(db: Db, operatorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('users')
    .select('user_id')
    .where('operator_id', '=', operatorId)
    .where('user_id', '!=', rootId)
    .execute();
  return rows.map((row) => row.user_id);
}
