import { assertMayActAs } from '../authorize/guard.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, describe, nameOf, notify, type UserChange } from '../change/change.ts';
import { hashSecret, randomText, sameSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { preparedRead } from '../db/reads.ts';
import { type AuthKeys, rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { stampChange } from './credentials.ts';
import { changeSamUser, samUserOf, type UserPath } from './users.ts';

const { authKeys } = limits;

type Owner = { readonly operatorId: string; readonly userId: string };

/**
 * Makes an AuthKey of the root user.
 * @throws Failure AUM0023 when it has two already
 */
export async function makeRootAuthKey(cause: Cause, operatorId: string) {
  return await changeUser(cause, { operatorId, userId: rootId }, makeAuthKey);
}

/**
 * Makes an AuthKey of a SAM user.
 * @throws Failure AUM0023 when it has two already, AUM0024 when it may do more than the caller, COM0404
 */
export async function makeUserAuthKey(cause: Cause, params: UserPath) {
  return await changeSamUser(cause, params, async (c) => {
    await assertMayActAs(c);
    return await makeAuthKey(c);
  });
}

/**
 * Deletes an AuthKey of the root user; the sessions that it opened end with it.
 * @throws Failure COM0404
 */
export async function deleteRootAuthKey(cause: Cause, operatorId: string, authKeyId: string): Promise<void> {
  await changeUser(cause, { operatorId, userId: rootId }, (c) => deleteAuthKey(c, authKeyId));
}

/**
 * Deletes an AuthKey of a SAM user; the sessions that it opened end with it.
 * @throws Failure COM0404
 */
export async function deleteUserAuthKey(cause: Cause, params: UserPath, authKeyId: string): Promise<void> {
  await changeSamUser(cause, params, (c) => deleteAuthKey(c, authKeyId));
}

/** A user's AuthKeys, oldest first. */
export async function listAuthKeys(db: Db, owner: Owner) {
  const all = await listAuthKeysOf(db, owner.operatorId, [owner.userId]);
  return all.get(owner.userId) ?? [];
}

/**
 * One AuthKey of a SAM user.
 * @throws Failure COM0404
 */
export async function getUserAuthKey(db: Db, params: UserPath, authKeyId: string) {
  const keys = await listAuthKeys(db, await samUserOf(db, params));
  const key = keys.find((candidate) => candidate.authKeyId === authKeyId);
  if (!key) throw new Failure('COM0404');
  return key;
}

/** The AuthKeys of some users of an operator, by user; a user without any is left out. */
export async function listAuthKeysOf(db: Db, operatorId: string, userIds: readonly string[]) {
  const rows = await db
    .selectFrom('auth_keys')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', 'in', userIds)
    .orderBy('created_at')
    .orderBy('auth_key_id')
    .execute();
  const byUser = Map.groupBy(rows, (row) => row.user_id);
  return new Map([...byUser].map(([userId, keys]) => [userId, keys.map(authKeyReply)]));
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

const byKeyId = preparedRead(
  (db, authKeyId) =>
    db.selectFrom('auth_keys').select(['operator_id', 'user_id', 'secret_hash']).where('auth_key_id', '=', authKeyId),
  ([row]) => row,
);

/** The owner of an AuthKey whose secret fits; undefined for an unknown ID and for a wrong secret alike. */
export async function findByAuthKey(db: Db, authKeyId: string, authKey: string) {
  const row = await byKeyId(db, authKeyId);
  return row && sameSecret(row.secret_hash, hashSecret(authKey)) ? row : undefined;
}

/** 64 letters and digits, more than 256 bits. Only its hash is kept (R50). */
async function makeAuthKey(c: UserChange) {
  const { operatorId, userId, userName } = c.user;
  describe(c, { target: nameOf(userName) });
  const existing = await listAuthKeys(c.db, c.user);
  if (existing.length >= authKeys.perUser) throw new Failure('AUM0023', { limit: String(authKeys.perUser) });
  const authKeyId = `keyId-${randomText(authKeys.alphabet, authKeys.idLength)}`;
  const authKey = `secret-${randomText(authKeys.alphabet, authKeys.secretLength)}`;
  const dates = { created_at: c.now, last_used_at: null };
  const secret = { secret_hash: hashSecret(authKey), ...dates };
  const row = { operator_id: operatorId, auth_key_id: authKeyId, user_id: userId, ...secret };
  await c.db.insertInto('auth_keys').values(row).execute();
  await stampChange(c);
  notify(c, 'auth_key_created', userName === '' ? {} : { userName });
  return { authKeyId, authKey };
}

async function deleteAuthKey(c: UserChange, authKeyId: string): Promise<void> {
  describe(c, { target: `${nameOf(c.user.userName)} ${authKeyId}` });
  if (!(await dropAuthKey(c, authKeyId))) throw new Failure('COM0404');
}

/** Deletes an AuthKey of the locked user, and its sessions by the foreign key; false when it has none of that ID. */
export async function dropAuthKey(c: UserChange, authKeyId: string): Promise<boolean> {
  const result = await c.db
    .deleteFrom('auth_keys')
    .where('operator_id', '=', c.user.operatorId)
    .where('user_id', '=', c.user.userId)
    .where('auth_key_id', '=', authKeyId)
    .executeTakeFirst();
  if (result.numDeletedRows !== 1n) return false;
  await stampChange(c);
  return true;
}

/** An AuthKey as the API shows it; times in seconds. */
function authKeyReply(row: AuthKeys) {
  return {
    authKeyId: row.auth_key_id,
    createDateTime: Math.floor(row.created_at / 1000),
    ...(row.last_used_at !== null && { lastUsedDateTime: Math.floor(row.last_used_at / 1000) }),
  };
}
