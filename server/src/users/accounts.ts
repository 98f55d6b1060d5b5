import { accountKey } from '@warifu/contract';
import type { Attempted } from '../attempts/attempts.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, type UserChange } from '../change/change.ts';
import type { Db } from '../db/database.ts';
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
  /** Undefined when the account has none, or it is suspended: nothing fits it. */
  readonly passwordHash: string | undefined;
  readonly credentialVersion: number;
};

/** The account of an identifier, in any spelling of it (R10). */
export async function findAccount(db: Db, identifier: Identifier): Promise<Account | undefined> {
  const where = 'email' in identifier ? await rootOfEmail(db, identifier.email) : await samUserOf(db, identifier);
  return where && (await loadAccount(db, where.operatorId, where.userId));
}

/** The account of a user that is known to exist. */
export async function loadAccount(db: Db, operatorId: string, userId: string): Promise<Account | undefined> {
  const row = await db
    .selectFrom('users')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
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

async function rootOfEmail(db: Db, text: string) {
  const address = parseEmail(text);
  if (!address) return undefined;
  const operator = await db
    .selectFrom('operators')
    .select('operator_id')
    .where('primary_email_key', '=', address.emailKey)
    .executeTakeFirst();
  return operator && { operatorId: operator.operator_id, userId: rootId };
}

async function samUserOf(db: Db, identifier: { operatorId: string; userName: string }) {
  const operatorId = operatorIdOf(identifier.operatorId);
  const nameKey = accountKey(identifier.userName);
  // SECURITY: an empty name is the root user's; it has no door of this kind.
  if (nameKey === '') return undefined;
  const row = await db
    .selectFrom('users')
    .select('user_id')
    .where('operator_id', '=', operatorId)
    .where('name_key', '=', nameKey)
    .executeTakeFirst();
  return row && { operatorId, userId: row.user_id };
}

function operatorIdOf(typed: string): string {
  return typed.normalize('NFKC').trim().toUpperCase();
}
