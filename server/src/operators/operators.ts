import { record } from '../change/record.ts';
import type { Context, RequestInfo } from '../context.ts';
import { newId, newOperatorId } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { enqueueNotice } from '../mail/notices.ts';
import type { EmailAddress } from './email.ts';

export type NewOperator = {
  readonly address: EmailAddress;
  readonly passwordHash: string;
  readonly language: 'en' | 'ja';
  /** Who made it: `anonymous` for a sign-up, `host:<user>` for a command. */
  readonly actor: string;
  readonly statusCode: number;
};

/**
 * Creates an operator with its root user; the address counts as verified.
 * @returns the operator's ID, or undefined when the address already belongs to an operator
 */
export async function createOperator(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  operator: NewOperator,
): Promise<string | undefined> {
  const now = ctx.now();
  const operatorId = await freeOperatorId(db);
  const emailId = newId();
  const inserted = await db
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
      revision: 1,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('primary_email_key').doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return undefined;
  await insertEmail(db, operatorId, emailId, operator.address, now);
  await insertRootUser(db, operatorId, operator, now);
  await enqueueNotice(db, ctx, info, operatorId, 'operator_created');
  await record(db, now, info, {
    operatorId,
    userName: '',
    actor: operator.actor,
    target: operatorId,
    outcome: 'success',
    statusCode: operator.statusCode,
  });
  return operatorId;
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

async function insertEmail(db: Db, operatorId: string, emailId: string, address: EmailAddress, now: number) {
  await db
    .insertInto('emails')
    .values({
      operator_id: operatorId,
      email_id: emailId,
      email: address.email,
      email_key: address.emailKey,
      verified_at: now,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

async function insertRootUser(db: Db, operatorId: string, operator: NewOperator, now: number): Promise<void> {
  await db
    .insertInto('users')
    .values({
      operator_id: operatorId,
      user_id: rootId,
      name_key: '',
      user_name: '',
      description: '',
      language: operator.language,
      password_hash: operator.passwordHash,
      password_changed_at: now,
      password_suspended_at: null,
      credential_version: 1,
      last_sign_in_at: null,
      permission: '',
      trust_policy: null,
      mfa_reset_at: null,
      created_at: now,
      updated_at: now,
    })
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
