import type { Context, Expiring } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { MailTokenPurpose, MailTokens } from '../db/schema.ts';
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
  mfa_reset_cancel: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: true },
  password_reset: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: false },
  add_email: { failures: Number.POSITIVE_INFINITY, survivesCredentialChange: false },
};

export type NewMailToken = {
  readonly operatorId: string;
  readonly userId: string;
  readonly purpose: MailTokenPurpose;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Void when the credentials have changed since, but for purposes that survive it. */
  readonly credentialVersion: number;
  /** Ties the records of one reset together. */
  readonly caseId?: string | undefined;
  /** Enrolment that an MFA reset is about. */
  readonly factorId?: string | undefined;
  /** Address that it verifies. */
  readonly emailId?: string;
};

/** Makes a token for one mailed link: bound to one purpose and one operator (R43). Only its hash is kept. */
export async function issueMailToken(db: Db, ctx: Context, token: NewMailToken): Promise<string> {
  const secret = newSecret();
  await db
    .insertInto('mail_tokens')
    .values({
      operator_id: token.operatorId,
      token_id: newId(),
      user_id: token.userId,
      purpose: token.purpose,
      token_hash: hashSecret(secret),
      case_id: token.caseId ?? null,
      factor_id: token.factorId ?? null,
      email_id: token.emailId ?? null,
      credential_version: token.credentialVersion,
      failures: 0,
      created_at: ctx.now(),
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
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Uses a link up, in one conditional statement: of two uses one wins (I1). False when it is not alive any more. */
export async function spendLink(db: Db, now: number, link: MailTokens): Promise<boolean> {
  const result = await db
    .updateTable('mail_tokens')
    .set({ used_at: now })
    .where('operator_id', '=', link.operator_id)
    .where('token_id', '=', link.token_id)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Counts a failure that was evaluated; the last one allowed kills the link. The caller must commit it (I9). */
export async function countLinkFailure(db: Db, now: number, link: MailTokens | undefined): Promise<void> {
  if (!link) return;
  const counted = await db
    .updateTable('mail_tokens')
    .set((eb) => ({ failures: eb('failures', '+', 1) }))
    .where('operator_id', '=', link.operator_id)
    .where('token_id', '=', link.token_id)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .returning('failures')
    .executeTakeFirst();
  if (!counted || counted.failures < purposes[link.purpose].failures) return;
  await db
    .updateTable('mail_tokens')
    .set({ voided_at: now })
    .where('operator_id', '=', link.operator_id)
    .where('token_id', '=', link.token_id)
    .execute();
}

/** Voids an operator's live tokens of some purposes: a newer one takes their place, or what they stood on is gone. */
export async function voidMailTokens(
  db: Db,
  ctx: Context,
  operatorId: string,
  wanted: MailTokenPurpose[],
): Promise<void> {
  await db
    .updateTable('mail_tokens')
    .set({ voided_at: ctx.now() })
    .where('operator_id', '=', operatorId)
    .where('purpose', 'in', wanted)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .execute();
}

/** Voids what a change of a user's credentials voids; returns how many links a person could still have followed. */
export async function voidLinksOfUser(
  db: Db,
  now: number,
  user: { readonly operatorId: string; readonly userId: string },
): Promise<number> {
  const mortal = Object.entries(purposes).filter(([, rule]) => !rule.survivesCredentialChange);
  const result = await db
    .updateTable('mail_tokens')
    .set({ voided_at: now })
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .where('purpose', 'in', mortal.map(([purpose]) => purpose) as MailTokenPurpose[])
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Voids the links of an address, before a newer one is mailed. */
export async function voidLinksOfEmail(db: Db, now: number, operatorId: string, emailId: string): Promise<void> {
  await db
    .updateTable('mail_tokens')
    .set({ voided_at: now })
    .where('operator_id', '=', operatorId)
    .where('email_id', '=', emailId)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .execute();
}

/** A link that is over is gone. */
export const expiredLinks: Expiring = {
  table: 'mail_tokens',
  remove: ({ db }, at) => db.deleteFrom('mail_tokens').where('expires_at', '<=', at).execute(),
};
