import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { type Changer, changeWithinOwnReach } from '../permissions/escalation.ts';
import type { SamUser } from './users.ts';

/**
 * Sets a SAM user's own permission; an empty text removes it. It acts on the next request.
 * @throws Failure AUM0024 when it would allow what the changer may not do itself
 */
export async function setOwnPermission(db: Db, ctx: Context, changer: Changer, user: SamUser, permission: string) {
  await changeWithinOwnReach(db, changer, [user.userKey], async () => {
    await db
      .updateTable('users')
      .set({ permission, updated_at: ctx.now() })
      .where('operator_id', '=', user.operatorId)
      .where('user_key', '=', user.userKey)
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
  await changeWithinOwnReach(db, changer, await samUserKeys(db, changer.operatorId), async () => {
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
    .where('user_key', '=', user.userKey)
    .execute();
  await db
    .deleteFrom('sessions')
    .where('operator_id', '=', user.operatorId)
    .where('user_key', '=', user.userKey)
    .where('origin_session_id', 'is not', null)
    .execute();
}

async function samUserKeys(db: Db, operatorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('users')
    .select('user_key')
    .where('operator_id', '=', operatorId)
    .where('user_key', '!=', '')
    .execute();
  return rows.map((row) => row.user_key);
}
