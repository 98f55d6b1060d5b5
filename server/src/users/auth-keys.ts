import type { Context } from '../context.ts';
import { hashSecret, randomText, sameSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { lockUser } from './credentials.ts';

const { authKeys } = limits;

type Owner = { readonly operatorId: string; readonly userId: string };

/**
 * Makes an AuthKey: 64 letters and digits, more than 256 bits. Only its hash is kept (R50).
 * @throws Failure AUM0023 when the user has two already
 */
export async function makeAuthKey(db: Db, ctx: Context, owner: Owner) {
  await lockUser(db, ctx, owner.operatorId, owner.userId);
  const existing = await listAuthKeys(db, owner);
  if (existing.length >= authKeys.perUser) throw new Failure('AUM0023', { limit: String(authKeys.perUser) });
  const authKeyId = `keyId-${randomText(authKeys.alphabet, authKeys.idLength)}`;
  const authKey = `secret-${randomText(authKeys.alphabet, authKeys.secretLength)}`;
  await db
    .insertInto('auth_keys')
    .values({
      operator_id: owner.operatorId,
      auth_key_id: authKeyId,
      user_id: owner.userId,
      secret_hash: hashSecret(authKey),
      created_at: ctx.now(),
      last_used_at: null,
    })
    .execute();
  return { authKeyId, authKey };
}

/** A user's AuthKeys, oldest first. */
export async function listAuthKeys(db: Db, owner: Owner) {
  const rows = await db
    .selectFrom('auth_keys')
    .select(['auth_key_id', 'created_at', 'last_used_at'])
    .where('operator_id', '=', owner.operatorId)
    .where('user_id', '=', owner.userId)
    .orderBy('created_at')
    .orderBy('auth_key_id')
    .execute();
  return rows.map(authKeyReply);
}

/** An AuthKey as the API shows it; times in seconds. */
function authKeyReply(row: { auth_key_id: string; created_at: number; last_used_at: number | null }) {
  return {
    authKeyId: row.auth_key_id,
    createDateTime: Math.floor(row.created_at / 1000),
    ...(row.last_used_at !== null && { lastUsedDateTime: Math.floor(row.last_used_at / 1000) }),
  };
}

/**
 * Deletes an AuthKey; the sessions that it opened end with it.
 * @throws Failure COM0404
 */
export async function deleteAuthKey(db: Db, owner: Owner, authKeyId: string): Promise<void> {
  const result = await db
    .deleteFrom('auth_keys')
    .where('operator_id', '=', owner.operatorId)
    .where('user_id', '=', owner.userId)
    .where('auth_key_id', '=', authKeyId)
    .executeTakeFirst();
  if (result.numDeletedRows !== 1n) throw new Failure('COM0404');
  await db
    .deleteFrom('sessions')
    .where('operator_id', '=', owner.operatorId)
    .where('auth_key_id', '=', authKeyId)
    .execute();
}

/** Notes the use of an AuthKey, which nobody deletes before the transaction is over; false when it is gone. */
export async function stampAuthKey(db: Db, now: number, owner: Owner, authKeyId: string): Promise<boolean> {
  const stamped = await db
    .updateTable('auth_keys')
    .set({ last_used_at: now })
    .where('operator_id', '=', owner.operatorId)
    .where('user_id', '=', owner.userId)
    .where('auth_key_id', '=', authKeyId)
    .executeTakeFirst();
  return stamped.numUpdatedRows === 1n;
}

/** The owner of an AuthKey whose secret fits; undefined for an unknown ID and for a wrong secret alike. */
export async function findByAuthKey(db: Db, authKeyId: string, authKey: string) {
  const row = await db
    .selectFrom('auth_keys')
    .select(['operator_id', 'user_id', 'secret_hash'])
    .where('auth_key_id', '=', authKeyId)
    .executeTakeFirst();
  return row && sameSecret(row.secret_hash, hashSecret(authKey)) ? row : undefined;
}
