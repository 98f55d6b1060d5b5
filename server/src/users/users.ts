import { lockOperator } from '../authorize/escalation.ts';
import type { Context } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, isDuplicate } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

/** R67: what a SAM user may be called. `default_permissions` is a literal path of the API. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const reserved = new Set(['default_permissions', '__proto__', 'constructor', 'prototype']);

/** A SAM user as other code refers to it. */
export type SamUser = { readonly operatorId: string; readonly userId: string; readonly userName: string };

/**
 * The SAM user of a name, spelled exactly as it was created: another spelling must not get around a condition on
 * `pathVariable('user_name')` (R60).
 * @throws Failure COM0404
 */
export async function findSamUser(db: Db, operatorId: string, userName: string) {
  const row = await db
    .selectFrom('users')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('name_key', '=', userName.toLowerCase())
    .where('user_name', '=', userName)
    .where('user_id', '!=', rootId)
    .executeTakeFirst();
  if (!row) throw new Failure('COM0404');
  return row;
}

/**
 * The SAM user that a path names.
 * @throws Failure COM0404
 */
export async function samUserOf(db: Db, params: { operator_id: string; user_name: string }): Promise<SamUser> {
  const row = await findSamUser(db, params.operator_id, params.user_name);
  return { operatorId: row.operator_id, userId: row.user_id, userName: row.user_name };
}

export type NewSamUser = {
  readonly operatorId: string;
  readonly userName: string;
  readonly description: string;
  /** Of the console; its creator's until it chooses one. */
  readonly language: 'en' | 'ja';
};

/**
 * Creates a SAM user, which may do nothing yet.
 * @throws Failure COM0001 for a bad name, AUM0020 when it is taken (in any case), AUM0021 when there are too many
 */
export async function createSamUser(db: Db, ctx: Context, user: NewSamUser): Promise<void> {
  const { operatorId, userName, description, language } = user;
  assertUserName(userName);
  await assertRoom(db, operatorId);
  const now = ctx.now();
  try {
    await db
      .insertInto('users')
      .values({
        operator_id: operatorId,
        user_id: newId(),
        name_key: userName.toLowerCase(),
        user_name: userName,
        description,
        language,
        password_hash: null,
        password_changed_at: null,
        password_suspended_at: null,
        credential_version: 1,
        last_sign_in_at: null,
        permission: '',
        trust_policy: null,
        mfa_reset_at: null,
        created_at: now,
        updated_at: now,
      })
      .execute();
  } catch (error) {
    throw isDuplicate(error) ? new Failure('AUM0020') : error;
  }
}

/** Changes a SAM user's description. */
export async function describeSamUser(db: Db, ctx: Context, user: SamUser, description: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ description, updated_at: ctx.now() })
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .execute();
}

/** Removes a SAM user with everything that is its own. The audit log keeps its name. */
export async function deleteSamUser(db: Db, user: SamUser): Promise<void> {
  // The row first: whoever signs in holds it before anything else of the user, and the rest goes with it.
  await db.deleteFrom('users').where('operator_id', '=', user.operatorId).where('user_id', '=', user.userId).execute();
}

function assertUserName(userName: string): void {
  if (nameForm.test(userName) && !reserved.has(userName.toLowerCase())) return;
  throw new Failure('COM0001', {
    field: 'user_name',
    reason: {
      en: '1 to 64 letters, digits, ".", "_" or "-", beginning with a letter or digit',
      ja: '英数字で始まる 1 〜 64 文字の英数字、「.」「_」「-」で指定してください。',
    },
  });
}

/** Two creations at once are counted one after the other. */
async function assertRoom(db: Db, operatorId: string): Promise<void> {
  await lockOperator(db, operatorId);
  const { count } = await db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('operator_id', '=', operatorId)
    .where('user_id', '!=', rootId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= limits.samUsers) throw new Failure('AUM0021', { limit: String(limits.samUsers) });
}
