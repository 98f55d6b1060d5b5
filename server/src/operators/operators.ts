import type { Cause } from '../change/cause.ts';
import {
  type AuthorityChange,
  type Change,
  changeAuthority,
  describe,
  notify,
  type UserChange,
} from '../change/change.ts';
import type { Expiring } from '../context.ts';
import { newId, newOperatorId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { type Operators, rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { EmailAddress } from '../mail/address.ts';
import { forgetMails } from '../mail/outbox.ts';
import { insertUser } from '../users/users.ts';

export type NewOperator = {
  readonly address: EmailAddress;
  readonly passwordHash: string;
  readonly language: 'en' | 'ja';
};

/**
 * Creates an operator with its root user; the address counts as verified. The change is the operator's from here on.
 * @returns the operator's ID
 * @throws Failure AUM0003 when the address already belongs to an operator
 */
export async function createOperator(c: Change, operator: NewOperator): Promise<string> {
  const operatorId = await freeOperatorId(c.db);
  const emailId = newId();
  const inserted = await c.db
    .insertInto('operators')
    .values({
      operator_id: operatorId,
      description: '',
      primary_email_id: emailId,
      primary_email_key: operator.address.emailKey,
      recovery_hold_until: null,
      default_permissions: '',
      mfa_required_root_at: null,
      mfa_required_sam_at: null,
      guard_off_at: null,
      second_person_at: null,
      quarantine_at: null,
      revision: 1,
      created_at: c.now,
      updated_at: c.now,
    })
    .onConflict((conflict) => conflict.column('primary_email_key').doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) throw new Failure('AUM0003');
  const { passwordHash, language } = operator;
  const root = { operatorId, userId: rootId, userName: '', description: '' };
  await insertUser(c, { ...root, passwordHash, language });
  await insertEmail(c, { operatorId, emailId, address: operator.address });
  describe(c, { operatorId, target: operatorId });
  notify(c, 'operator_created');
  return operatorId;
}

/**
 * Deletes an operator with everything that is its own (foreign keys), and its mails. The audit log outlives it.
 * @throws Failure COM0404
 */
export async function deleteOperator(cause: Cause, operatorId: string): Promise<void> {
  await changeAuthority(cause, operatorId, async (c) => {
    describe(c, { target: operatorId });
    await c.db.deleteFrom('operators').where('operator_id', '=', operatorId).execute();
    await forgetMails(c.db, operatorId);
  });
}

async function freeOperatorId(db: Db): Promise<string> {
  for (;;) {
    const operatorId = newOperatorId();
    const taken = await db
      .selectFrom('operators')
      .select('operator_id')
      .where('operator_id', '=', operatorId)
      .executeTakeFirst();
    if (!taken) return operatorId;
  }
}

async function insertEmail(c: Change, email: { operatorId: string; emailId: string; address: EmailAddress }) {
  const { operatorId, emailId, address } = email;
  const dates = { verified_at: c.now, created_at: c.now, updated_at: c.now };
  const key = { operator_id: operatorId, email_id: emailId, user_id: rootId };
  await c.db
    .insertInto('emails')
    .values({ ...key, email: address.email, email_key: address.emailKey, ...dates })
    .execute();
}

/** An operator with its primary address. */
export async function findOperator(db: Db, operatorId: string) {
  return await db
    .selectFrom('operators')
    .innerJoin('emails', (join) =>
      join
        .onRef('emails.operator_id', '=', 'operators.operator_id')
        .onRef('emails.email_id', '=', 'operators.primary_email_id'),
    )
    .selectAll('operators')
    .select('emails.email')
    .where('operators.operator_id', '=', operatorId)
    .executeTakeFirst();
}

/**
 * An operator as the API shows it.
 * @throws Failure COM0404
 */
export async function describeOperator(db: Db, operatorId: string) {
  const operator = await findOperator(db, operatorId);
  if (!operator) throw new Failure('COM0404');
  return {
    operatorId,
    rootOperatorId: operatorId,
    email: operator.email,
    description: operator.description,
    createDate: new Date(operator.created_at).toISOString(),
    updateDate: new Date(operator.updated_at).toISOString(),
  };
}

/** Writes columns of the operator of a change; the callers are the functions that know what they mean. */
export async function updateOperator(c: AuthorityChange, columns: Partial<Operators>): Promise<void> {
  await c.db.updateTable('operators').set(columns).where('operator_id', '=', c.operator.operatorId).execute();
}

/** No MFA reset by mail for a while: whoever has the mailbox must not get by with it twice. */
export async function holdRecovery({ db, now, user }: UserChange): Promise<void> {
  await db
    .updateTable('operators')
    .set({ recovery_hold_until: now + limits.recovery.holdAfterReset })
    .where('operator_id', '=', user.operatorId)
    .execute();
}

/** A hold of a time that never was ends no later than one of now. */
export const correctedHolds: Expiring = {
  table: 'operators',
  remove: async () => {},
  bringBack: (db, now) => {
    const latest = now + limits.recovery.holdAfterReset;
    const held = db.updateTable('operators').set({ recovery_hold_until: latest });
    return held.where('recovery_hold_until', '>', latest).execute();
  },
};
