import { type ExpressionBuilder, sql } from 'kysely';
import { noOperator } from '../audit/record.ts';
import type { Context, Expiring } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { Database, MailTokenPurpose, MailTokens } from '../db/schema.ts';
import { inSlices } from '../db/slices.ts';
import { limits } from '../limits.ts';

type Rule = {
  /** So many wrong uses kill it; of a link whose token is all that it needs, no wrong use can be told. */
  readonly failures: number;
  /** SECURITY: what only stops something must work after a thief changed the password, too. */
  readonly survivesCredentialChange: boolean;
};

const { failures } = limits.recovery;

/** What differs between the purposes of mailed links. */
const purposes: Readonly<Record<MailTokenPurpose, Rule>> = {
  mfa_reset: { failures, survivesCredentialChange: false },
  mfa_reset_assisted: { failures, survivesCredentialChange: false },
  mfa_reset_cancel: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: true },
  password_reset: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: false },
  account_lock: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: true },
  add_email: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: false },
  // Nobody's yet, so no credentials can change.
  sign_up: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: true },
};

type OfUser = {
  readonly operatorId: string;
  readonly userId: string;
  /** Void when the credentials have changed since, but for purposes that survive it. */
  readonly credentialVersion: number;
  /** Ties the records of one reset together. */
  readonly caseId?: string;
  /** The MFA that a reset is about. */
  readonly mfaId?: string;
  /** Address that it verifies, or that it was mailed to; the link goes with it. */
  readonly emailId?: string;
  /** Primary address that it brings back. */
  readonly address?: string;
};
export type NewMailToken = (OfUser | { readonly signUpId: string }) & {
  readonly purpose: MailTokenPurpose;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Now, when left out. */
  readonly createdAt?: number;
  /** What opens it instead of a new secret: made from a code that a person types. */
  readonly secret?: string;
};

/** Makes a token for one mailed link: bound to one purpose and one operator (R43). Only its hash is kept. */
export async function issueMailToken(db: Db, ctx: Context, token: NewMailToken): Promise<string> {
  const secret = token.secret ?? newSecret();
  const owner = 'signUpId' in token ? undefined : token;
  await db
    .insertInto('mail_tokens')
    .values({
      operator_id: owner?.operatorId ?? noOperator,
      token_id: newId(),
      user_id: owner?.userId ?? null,
      purpose: token.purpose,
      token_hash: hashSecret(secret),
      case_id: owner?.caseId ?? null,
      mfa_id: owner?.mfaId ?? null,
      email_id: owner?.emailId ?? null,
      address: owner?.address ?? null,
      sign_up_id: 'signUpId' in token ? token.signUpId : null,
      credential_version: owner?.credentialVersion ?? 0,
      failures: 0,
      created_at: token.createdAt ?? ctx.now(),
      expires_at: token.expiresAt,
      used_at: null,
      voided_at: null,
    })
    .execute();
  return secret;
}

/** The live link of a token: its purpose is the right one, and it is neither used, void nor expired. */
export async function findLink(
  db: Db,
  now: number,
  token: string,
  wanted: readonly MailTokenPurpose[],
): Promise<MailTokens | undefined> {
  return await db
    .selectFrom('mail_tokens')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .where('purpose', 'in', wanted)
    .where(isAlive(now))
    .executeTakeFirst();
}

/** The live link of a case. */
export async function linkOfCase(
  db: Db,
  now: number,
  { operatorId, caseId }: { readonly operatorId: string; readonly caseId: string },
): Promise<MailTokens | undefined> {
  return await db
    .selectFrom('mail_tokens')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('case_id', '=', caseId)
    .where('purpose', '=', 'mfa_reset_assisted')
    .where(isAlive(now))
    .executeTakeFirst();
}

/** Lets a live link live until then. */
export async function setLinkEnd(db: Db, link: MailTokens, expiresAt: number): Promise<void> {
  await one(db, link).set({ expires_at: expiresAt }).execute();
}

/** The cases of an operator that a live link of a purpose could still finish. */
export async function casesWithLink(db: Db, now: number, operatorId: string, purpose: MailTokenPurpose) {
  const rows = await db
    .selectFrom('mail_tokens')
    .select('case_id')
    .where('operator_id', '=', operatorId)
    .where('purpose', '=', purpose)
    .where(isAlive(now))
    .execute();
  return new Set(rows.map((row) => row.case_id));
}

/** Uses a link up, in one conditional statement: of two uses one wins (I1). False when it is not alive any more. */
export async function spendLink(db: Db, now: number, link: MailTokens): Promise<boolean> {
  const result = await one(db, link).set({ used_at: now }).where(isAlive(now)).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Counts a failure that was evaluated; the last one allowed kills the link. The caller must commit it (I9). */
export async function countLinkFailure(db: Db, now: number, link: MailTokens | undefined): Promise<void> {
  if (!link) return;
  const counted = await one(db, link)
    .set((eb) => ({ failures: eb('failures', '+', 1) }))
    .where(isAlive(now))
    .returning('failures')
    .executeTakeFirst();
  if (!counted || counted.failures < purposes[link.purpose].failures) return;
  await one(db, link).set({ voided_at: now }).execute();
}

type Which = {
  readonly operatorId: string;
  readonly userId?: string;
  readonly emailId?: string;
  readonly purposes?: readonly MailTokenPurpose[];
};

/**
 * Voids live links: newer ones take their place, or what they stood on is gone.
 * @returns how many a person could still have followed
 */
export async function voidLinks(db: Db, now: number, which: Which): Promise<number> {
  const { operatorId, userId, emailId, purposes: wanted } = which;
  let query = db.updateTable('mail_tokens').set({ voided_at: now }).where('operator_id', '=', operatorId);
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  if (emailId !== undefined) query = query.where('email_id', '=', emailId);
  if (wanted !== undefined) query = query.where('purpose', 'in', wanted);
  return Number((await query.where(isAlive(now)).executeTakeFirst()).numUpdatedRows);
}

/** Voids every live link, whatever it is for; returns the operator of each. */
export async function voidAllLinks(db: Db, now: number): Promise<string[]> {
  const voided = db.updateTable('mail_tokens').set({ voided_at: now }).where(isAlive(now)).returning('operator_id');
  return (await voided.execute()).map((row) => row.operator_id);
}

/** Voids what a change of a user's credentials voids; returns how many links that were. */
export async function voidLinksOfUser(db: Db, now: number, user: { operatorId: string; userId: string }) {
  const { operatorId, userId } = user;
  const all = Object.keys(purposes) as MailTokenPurpose[];
  const mortal = all.filter((purpose) => !purposes[purpose].survivesCredentialChange);
  return await voidLinks(db, now, { operatorId, userId, purposes: mortal });
}

/** When the newest live link of a purpose was made; 0 when there is none. */
export async function newestLink(db: Db, now: number, operatorId: string, purpose: MailTokenPurpose): Promise<number> {
  const row = await db
    .selectFrom('mail_tokens')
    .select((eb) => eb.fn.max('created_at').as('created_at'))
    .where('operator_id', '=', operatorId)
    .where('purpose', '=', purpose)
    .where(isAlive(now))
    .executeTakeFirst();
  return Number(row?.created_at ?? 0);
}

/**
 * Voids the lock links that a used one outranks: those that bring no address back, and, when it brings one back itself,
 * those that were made after it.
 *
 * SECURITY: who moved an account to a mailbox of its own and on to a second one is sent a link that brings the first
 * back. It must not void the owner's, which is older.
 */
export async function voidLockLinks(db: Db, now: number, used: MailTokens): Promise<void> {
  await db
    .updateTable('mail_tokens')
    .set({ voided_at: now })
    .where('operator_id', '=', used.operator_id)
    .where('purpose', '=', 'account_lock')
    .where((eb) =>
      used.address === null
        ? eb('address', 'is', null)
        : eb.or([eb('address', 'is', null), eb('created_at', '>=', used.created_at)]),
    )
    .where(isAlive(now))
    .execute();
}

function isAlive(now: number) {
  return (eb: ExpressionBuilder<Database, 'mail_tokens'>) =>
    eb.and([eb('used_at', 'is', null), eb('voided_at', 'is', null), eb('expires_at', '>', now)]);
}

function one(db: Db, link: MailTokens) {
  const own = db.updateTable('mail_tokens').where('operator_id', '=', link.operator_id);
  return own.where('token_id', '=', link.token_id);
}

/**
 * A link that is over is gone; one of a later time begins now. SECURITY: lock links keep when they were made, because
 * their order decides which one counts; they only end no later than those of now.
 */
export const expiredLinks: Expiring = {
  table: 'mail_tokens',
  remove: ({ db }, at) =>
    inSlices((atMost) =>
      db
        .deleteFrom('mail_tokens')
        .where('expires_at', '<=', at)
        .where((eb) => {
          const over = eb
            .selectFrom('mail_tokens')
            .select(['operator_id', 'token_id'])
            .where('expires_at', '<=', at)
            .limit(atMost);
          return eb(eb.refTuple('operator_id', 'token_id'), 'in', over.$asTuple('operator_id', 'token_id'));
        })
        .executeTakeFirst(),
    ),
  bringBack: async (db, now) => {
    await db
      .updateTable('mail_tokens')
      .set({ created_at: now, expires_at: sql<number>`expires_at - (created_at - ${now})` })
      .where('created_at', '>', now)
      .where('purpose', '!=', 'account_lock')
      .execute();
    const latest = now + limits.lock.linkLife;
    await db
      .updateTable('mail_tokens')
      .set({ expires_at: latest })
      .where('purpose', '=', 'account_lock')
      .where('expires_at', '>', latest)
      .execute();
  },
};
