import type { Context, Expiring } from '../context.ts';
import { hashSecret, newId, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { MailTokenPurpose } from '../db/schema.ts';

export type NewMailToken = {
  readonly operatorId: string;
  readonly userId: string;
  readonly purpose: MailTokenPurpose;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Void when the credentials have changed since. */
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

/** Voids an operator's live tokens of some purposes: a newer one takes their place, or what they stood on is gone. */
export async function voidMailTokens(
  db: Db,
  ctx: Context,
  operatorId: string,
  purposes: MailTokenPurpose[],
): Promise<void> {
  await db
    .updateTable('mail_tokens')
    .set({ voided_at: ctx.now() })
    .where('operator_id', '=', operatorId)
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .execute();
}

/** A link that is over is gone. */
export const expiredLinks: Expiring = {
  table: 'mail_tokens',
  remove: ({ db }, at) => db.deleteFrom('mail_tokens').where('expires_at', '<=', at).execute(),
};
