import { sql } from 'kysely';
import { noOperator } from '../audit/record.ts';
import type { UserChange } from '../change/change.ts';
import type { Context, Expiring } from '../context.ts';
import { newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { PasskeyChallenges } from '../db/schema.ts';
import { limits } from '../limits.ts';
import type { Owner } from './factors.ts';

/** What a challenge was made for, and nothing else (R32). */
export type Ceremony = Pick<PasskeyChallenges, 'ceremony' | 'bound_to'>;

type OfUser = Owner & { readonly version: number; readonly userHandle?: string };

/**
 * Makes a challenge of 256 bits; the one before it, of the same ceremony and for the same, is dead.
 * @param owner undefined for a whole sign-in, where nobody has said yet who it is
 */
export async function newChallenge(db: Db, now: number, ceremony: Ceremony, owner?: OfUser): Promise<string> {
  const operatorId = owner?.operatorId ?? noOperator;
  const challenge = newSecret();
  await dropChallenge(db, operatorId, ceremony);
  await db
    .insertInto('passkey_challenges')
    .values({
      ...ceremony,
      operator_id: operatorId,
      challenge_id: newId(),
      user_id: owner?.userId ?? null,
      challenge,
      user_handle: owner?.userHandle ?? null,
      credential_version: owner?.version ?? 0,
      created_at: now,
      expires_at: now + limits.passkeys.challengeLife,
    })
    .execute();
  return challenge;
}

/** Drops what was asked for the same, if anything was. */
export async function dropChallenge(db: Db, operatorId: string, { ceremony, bound_to: boundTo }: Ceremony) {
  const asked = db.deleteFrom('passkey_challenges').where('operator_id', '=', operatorId);
  await asked.where('ceremony', '=', ceremony).where('bound_to', '=', boundTo).execute();
}

/**
 * Takes a challenge for its one use, in one statement: of two answers to it, one is looked at (I1).
 * @returns undefined when it is over, was used, or was made for somebody or something else
 */
export async function takeChallenge(
  { db, now, user }: UserChange,
  { ceremony, bound_to: boundTo }: Ceremony,
  challenge: string,
): Promise<PasskeyChallenges | undefined> {
  const operatorId = ceremony === 'sign_in' ? noOperator : user.operatorId;
  const taken = await db
    .deleteFrom('passkey_challenges')
    .where('operator_id', '=', operatorId)
    .where('user_id', ceremony === 'sign_in' ? 'is' : '=', (ceremony === 'sign_in' ? null : user.userId) as string)
    .where('ceremony', '=', ceremony)
    .where('bound_to', '=', boundTo)
    .where('challenge', '=', challenge)
    .returningAll()
    .executeTakeFirst();
  if (!taken || taken.expires_at <= now) return undefined;
  const same = ceremony === 'sign_in' || taken.credential_version === user.row.credential_version;
  return same ? taken : undefined;
}

/** Whether a challenge could still be taken; nothing is spent. */
export async function isChallengeLive(
  { db, now }: Pick<Context, 'db' | 'now'>,
  operatorId: string,
  ceremony: Ceremony,
  challenge: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('passkey_challenges')
    .select('challenge_id')
    .where('operator_id', '=', operatorId)
    .where('challenge', '=', challenge)
    .where('ceremony', '=', ceremony.ceremony)
    .where('bound_to', '=', ceremony.bound_to)
    .where('expires_at', '>', now())
    .executeTakeFirst();
  return row !== undefined;
}

/** Drops whatever was asked of anybody: one that was answered since must not come alive with an earlier state. */
export async function dropAllChallenges(db: Db): Promise<void> {
  await db.deleteFrom('passkey_challenges').execute();
}

export const expiredChallenges: Expiring = {
  table: 'passkey_challenges',
  remove: ({ db }, at) => db.deleteFrom('passkey_challenges').where('expires_at', '<=', at).execute(),
  bringBack: (db, now) =>
    db
      .updateTable('passkey_challenges')
      .set({ created_at: now, expires_at: sql<number>`expires_at - (created_at - ${now})` })
      .where('created_at', '>', now)
      .execute(),
};
