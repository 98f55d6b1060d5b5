import { accountKey } from '@warifu/contract';
import type { Attempted } from '../attempts/attempts.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, type UserChange } from '../change/change.ts';
import type { Db } from '../db/database.ts';
import { preparedRead, type Soon } from '../db/reads.ts';
import { rootId } from '../db/schema.ts';
import { parseEmail } from '../mail/address.ts';
import { updateUser } from './credentials.ts';

/** How a person names its account at sign-in. */
export type Identifier = { readonly email: string } | { readonly operatorId: string; readonly userName: string };

export type Account = {
  readonly operatorId: string;
  readonly userId: string;
  readonly userName: string;
  readonly language: 'en' | 'ja';
  /** As stored, sealed. Undefined when the account has none, or it is suspended: nothing fits it. */
  readonly passwordHash: string | undefined;
  readonly credentialVersion: number;
};

const byEmail = preparedRead(
  (db, emailKey) =>
    accountRows(db)
      .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
      .where('operators.primary_email_key', '=', emailKey)
      .where('users.user_id', '=', rootId),
  toAccount,
);
const byName = preparedRead(
  (db, operatorId, nameKey) =>
    accountRows(db).where('users.operator_id', '=', operatorId).where('users.name_key', '=', nameKey),
  toAccount,
);
const byId = preparedRead(
  (db, operatorId, userId) =>
    accountRows(db).where('users.operator_id', '=', operatorId).where('users.user_id', '=', userId),
  toAccount,
);

/** The account of an identifier, in any spelling of it (R10). Many wrong ones may come: it costs one prepared look-up. */
export function findAccount(db: Db, identifier: Identifier): Soon<Account | undefined> {
  if ('email' in identifier) {
    const address = parseEmail(identifier.email);
    return address && byEmail(db, address.emailKey);
  }
  const nameKey = accountKey(identifier.userName);
  // SECURITY: an empty name is the root user's; it has no door of this kind.
  return nameKey === '' ? undefined : byName(db, operatorIdOf(identifier.operatorId), nameKey);
}

/** The account of a user that is known to exist. */
export function loadAccount(db: Db, operatorId: string, userId: string): Soon<Account | undefined> {
  return byId(db, operatorId, userId);
}

function accountRows(db: Db) {
  return db
    .selectFrom('users')
    .select(['users.operator_id', 'users.user_id', 'users.user_name', 'users.language', 'users.credential_version'])
    .select(['users.password_hash', 'users.password_suspended_at']);
}

type AccountRow = Awaited<ReturnType<ReturnType<typeof accountRows>['executeTakeFirstOrThrow']>>;

function toAccount([row]: readonly AccountRow[]): Account | undefined {
  if (!row) return undefined;
  return {
    operatorId: row.operator_id,
    userId: row.user_id,
    userName: row.user_name,
    language: row.language,
    passwordHash: row.password_suspended_at === null ? (row.password_hash ?? undefined) : undefined,
    credentialVersion: row.credential_version,
  };
}

/** Notes when a user signed in. */
export async function stampSignIn(c: UserChange): Promise<void> {
  await updateUser(c, { last_sign_in_at: c.now });
}

/**
 * Sets the language of a user's console and mails.
 * @throws Failure AUM0001 when the session or the user is gone
 */
export async function setLanguage(cause: Cause, user: UserKey, language: Account['language']): Promise<void> {
  const { operatorId, userId } = user;
  await changeUser(cause, { operatorId, userId, otherwise: 'AUM0001' }, (c) => updateUser(c, { language }));
}

/** What the attempt counters know an account by, whether it exists or not (R11). */
export function attemptedOf(identifier: Identifier, account: Account | undefined): Attempted {
  if (account) return account;
  if (!('email' in identifier)) {
    return { phantom: `${operatorIdOf(identifier.operatorId)}/${accountKey(identifier.userName)}` };
  }
  return { phantom: parseEmail(identifier.email)?.emailKey ?? identifier.email.trim().toLowerCase() };
}

type UserKey = { readonly operatorId: string; readonly userId: string };

function operatorIdOf(typed: string): string {
  return typed.normalize('NFKC').trim().toUpperCase();
}
