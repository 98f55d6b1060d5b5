import { describe, type UserChange } from '../change/change.ts';
import { newId } from '../crypto/tokens.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { issueMailToken, voidLinks } from '../links/links.ts';
import type { EmailAddress } from '../mail/address.ts';
import { mailLink } from '../mail/outbox.ts';

/** Mails the link that verifies an address of the user of a change. */
export async function mailNewLink(
  c: UserChange,
  { emailId, email }: { emailId: string; email: string },
): Promise<void> {
  const { operatorId, row } = c.user;
  describe(c, { target: `email:${emailId}` });
  const mail = { template: 'add_email_link', operatorId, recipient: email, language: row.language } as const;
  await mailLink(c, {
    ...mail,
    page: '/email/verify',
    token: await newToken(c, emailId),
    life: limits.signUp.tokenLife,
  });
}

/**
 * The ID of an address of the user of a change that waits for its link; it is made unless it is there.
 * @throws Failure AUM0003 when it is verified already
 */
export async function upsertEmail({ db, now, user }: UserChange, address: EmailAddress): Promise<string> {
  const { operatorId, userId } = user;
  const known = await db
    .selectFrom('emails')
    .select(['email_id', 'verified_at'])
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('email_key', '=', address.emailKey)
    .executeTakeFirst();
  if (known?.verified_at) throw new Failure('AUM0003');
  if (known) return known.email_id;
  const emailId = newId();
  const dates = { verified_at: null, created_at: now, updated_at: now };
  const key = { operator_id: operatorId, email_id: emailId, user_id: userId };
  const row = { ...key, email: address.email, email_key: address.emailKey, ...dates };
  await db.insertInto('emails').values(row).execute();
  return emailId;
}

/** A new token of an address; the one before is dead. */
async function newToken({ db, ctx, now, user }: UserChange, emailId: string): Promise<string> {
  const { operatorId, userId, row } = user;
  await voidLinks(db, now, { operatorId, emailId });
  const expiresAt = now + limits.signUp.tokenLife;
  const bound = { operatorId, userId, credentialVersion: row.credential_version, expiresAt, emailId };
  return await issueMailToken(db, ctx, { ...bound, purpose: 'add_email' });
}
