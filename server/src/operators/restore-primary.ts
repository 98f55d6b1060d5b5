import type { UserChange } from '../change/change.ts';
import { newId } from '../crypto/tokens.ts';
import { parseEmail } from '../mail/address.ts';
import { findOperator } from './operators.ts';

/**
 * Makes an address the primary one again that was it before, also when it was deleted meanwhile. The one that took its
 * place counts as unverified: it is told nothing more, and can be verified anew.
 * @returns false when nothing had to be done, or it is another operator's by now
 */
export async function restorePrimary(c: UserChange, text: string): Promise<boolean> {
  const { operatorId } = c.user;
  const address = parseEmail(text);
  const now = await findOperator(c.db, operatorId);
  if (!address || !now || now.primary_email_key === address.emailKey) return false;
  if (await isTaken(c, address.emailKey)) return false;
  const emailId = await verifiedAddress(c, address);
  await c.db
    .updateTable('operators')
    .set({ primary_email_id: emailId, primary_email_key: address.emailKey, updated_at: c.now })
    .where('operator_id', '=', operatorId)
    .execute();
  await c.db
    .updateTable('emails')
    .set({ verified_at: null, updated_at: c.now })
    .where('operator_id', '=', operatorId)
    .where('email_id', '=', now.primary_email_id)
    .execute();
  return true;
}

async function isTaken({ db }: UserChange, emailKey: string): Promise<boolean> {
  const other = db.selectFrom('operators').select('operator_id').where('primary_email_key', '=', emailKey);
  return (await other.executeTakeFirst()) !== undefined;
}

async function verifiedAddress(c: UserChange, { email, emailKey }: { email: string; emailKey: string }) {
  const key = { operator_id: c.user.operatorId, email_id: newId(), user_id: c.user.userId };
  const dates = { verified_at: c.now, created_at: c.now, updated_at: c.now };
  const row = await c.db
    .insertInto('emails')
    .values({ ...key, email, email_key: emailKey, ...dates })
    .onConflict((conflict) =>
      conflict.columns(['operator_id', 'user_id', 'email_key']).doUpdateSet({ verified_at: c.now, updated_at: c.now }),
    )
    .returning('email_id')
    .executeTakeFirstOrThrow();
  return row.email_id;
}
