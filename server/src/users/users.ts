import { accountKey, isReservedName, storedName } from '@warifu/contract';
import { clearAccount } from '../attempts/attempts.ts';
import { assertMayActAs, assertNameNotFavoured } from '../authorize/guard.ts';
import { keepingOwnRequirements } from '../authorize/requirement.ts';
import type { Cause } from '../change/cause.ts';
import {
  type AuthorityChange,
  type Change,
  changeAuthority,
  changeUserAuthority,
  count,
  describe,
  nameOf,
  type UserAuthorityChange,
  type Work,
} from '../change/change.ts';
import { newId } from '../crypto/tokens.ts';
import { type Db, isDuplicate } from '../db/database.ts';
import { preparedRead } from '../db/reads.ts';
import { rootId, type Users } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { endUserSessions } from '../sessions/sessions.ts';
import { updateUser } from './credentials.ts';
import { sealHash } from './sealed-hash.ts';

/** A SAM user as other code refers to it. */
export type SamUser = { readonly operatorId: string; readonly userId: string; readonly userName: string };

/** How a path names a SAM user. */
export type UserPath = { readonly operator_id: string; readonly user_name: string };

/**
 * The SAM user of a name, spelled exactly as it was created: another spelling must not get around a condition on
 * `pathVariable('user_name')` (R60).
 * @throws Failure COM0404
 */
export async function findSamUser(db: Db, operatorId: string, userName: string): Promise<Users> {
  const name = storedName(userName);
  const row = await samUserByName(db, operatorId, accountKey(name), name);
  if (!row) throw new Failure('COM0404');
  return row;
}

const samUserByName = preparedRead(
  (db, operatorId: string, nameKey: string, userName: string) =>
    db
      .selectFrom('users')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .where('name_key', '=', nameKey)
      .where('user_name', '=', userName)
      .where('user_id', '!=', rootId),
  ([row]) => row,
);

/**
 * The SAM user that a path names.
 * @throws Failure COM0404
 */
export async function samUserOf(db: Db, params: UserPath): Promise<SamUser> {
  const row = await findSamUser(db, params.operator_id, params.user_name);
  return { operatorId: row.operator_id, userId: row.user_id, userName: row.user_name };
}

/** The SAM users of an operator, by name. */
export async function listSamUsers(db: Db, operatorId: string): Promise<Users[]> {
  return await db
    .selectFrom('users')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '!=', rootId)
    .orderBy('name_key')
    .execute();
}

/**
 * Changes what somebody else decides of a SAM user, under the operator's lock and the user's.
 * SECURITY: the name is looked up under the lock, so that nothing is done to a user of the same name that came after
 * the one that was meant to be changed was checked.
 * @throws Failure COM0404, and what `changeUserAuthority` throws
 */
export async function changeSamUser<T>(cause: Cause, params: UserPath, work: Work<UserAuthorityChange, T>): Promise<T> {
  return await changeUserAuthority(cause, { operatorId: params.operator_id, userName: params.user_name }, work);
}

export type NewSamUser = {
  readonly description: string;
  /** Of the console; its creator's until it chooses one. */
  readonly language: 'en' | 'ja';
};

/**
 * Creates a SAM user, which may do nothing yet.
 * @throws Failure COM0001 for a reserved name, AUM0020 when it is taken (in any case, width or composition), AUM0021 when there are too many
 */
export async function createSamUser(cause: Cause, params: UserPath, user: NewSamUser): Promise<void> {
  const { operator_id: operatorId, user_name: userName } = params;
  assertNotReserved(userName);
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: nameOf(userName) });
    await assertNameNotFavoured(c, userName);
    await assertRoom(c);
    await insertUser(c, { ...user, operatorId, userId: newId(), userName, passwordHash: null });
  });
}

/** Changes a SAM user's description. */
export async function describeSamUser(cause: Cause, params: UserPath, description: string): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    describe(c, { target: nameOf(c.user.userName) });
    await updateUser(c, { description, updated_at: c.now });
  });
}

/**
 * Requires MFA of a SAM user, from an instant on, or no longer.
 * @throws Failure AUM0024 when it may do more than the caller, AUM0026 when the caller loosens its own, AUM0040, COM0404
 */
export async function requireMfaOf(cause: Cause, params: UserPath, from: number | null): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    describe(c, { target: nameOf(c.user.userName), detail: { requiredFrom: from ?? 'never' } });
    await assertMayActAs(c);
    await keepingOwnRequirements(c, async () => updateUser(c, { mfa_required_at: from, updated_at: c.now }));
  });
}

/** Removes a SAM user; what is its own goes with it (foreign keys). The audit log keeps its name. */
export async function deleteSamUser(cause: Cause, params: UserPath): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    const { operatorId, userId, userName } = c.user;
    describe(c, { target: nameOf(userName) });
    await clearAccount(c.db, c.ctx, c.user);
    await c.db.deleteFrom('users').where('operator_id', '=', operatorId).where('user_id', '=', userId).execute();
  });
}

/** Ends every session of a SAM user, the caller's own too when it is its own. */
export async function endSamUserSessions(cause: Cause, params: UserPath): Promise<void> {
  await changeSamUser(cause, params, async (c) => {
    const { operatorId, userId, userName } = c.user;
    describe(c, { target: nameOf(userName) });
    count(c, { sessions: await endUserSessions(c.db, c.now, { operatorId, userId }) });
  });
}

export type NewUser = NewSamUser & SamUser & { readonly passwordHash: string | null };

/**
 * Adds a user; the root user's name is empty.
 * @throws Failure AUM0020 when the name is taken
 */
export async function insertUser({ db, ctx, now }: Change, user: NewUser): Promise<void> {
  const row = {
    operator_id: user.operatorId,
    user_id: user.userId,
    name_key: accountKey(user.userName),
    user_name: user.userName,
    description: user.description,
    language: user.language,
    password_hash: user.passwordHash === null ? null : sealHash(ctx, user, user.passwordHash),
    password_changed_at: user.passwordHash === null ? null : now,
    password_set_by: null,
    password_suspended_at: null,
    credential_version: 1,
    last_sign_in_at: null,
    permission: '',
    trust_policy: null,
    mfa_reset_at: null,
    mfa_required_at: null,
    backup_code_sets_made: 0,
    created_at: now,
    updated_at: now,
  };
  try {
    await db.insertInto('users').values(row).execute();
  } catch (error) {
    throw isDuplicate(error) ? new Failure('AUM0020') : error;
  }
}

/** R67: the form was checked with the path; some names of that form are words of the API. */
function assertNotReserved(userName: string): void {
  if (!isReservedName(userName)) return;
  const reason = { en: 'this name is reserved', ja: 'この名前は予約されています。' };
  throw new Failure('COM0001', { field: 'user_name', reason });
}

/** Two creations at once are counted one after the other: the operator is locked. */
async function assertRoom(c: AuthorityChange): Promise<void> {
  const { users } = await c.db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('users'))
    .where('operator_id', '=', c.operator.operatorId)
    .where('user_id', '!=', rootId)
    .executeTakeFirstOrThrow();
  if (Number(users) >= limits.samUsers) throw new Failure('AUM0021', { limit: String(limits.samUsers) });
}
