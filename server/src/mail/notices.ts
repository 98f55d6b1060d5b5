import type { FactorKind } from '@warifu/contract';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import type { NoticeEvent } from './facts.ts';
import { enqueueNotice } from './gather.ts';

export type NoticeOptions = {
  readonly receipt?: Receipt;
  readonly cancelLink?: string;
  /** SAM user that it is about. */
  readonly userName?: string;
  readonly address?: string;
  /** Kind of factor that it is about. */
  readonly kind?: FactorKind;
  /** Former host of the server that it is about. */
  readonly host?: string;
  readonly reason?: string;
  readonly dueAt?: number;
  readonly asOf?: number;
  /** Told as well, although it is no address of the operator any more. */
  readonly also?: string;
  /** Left out of the recipients: it gets a mail of its own about the same event. */
  readonly except?: string;
  /** The one address that is told: its mail has a link of its own. */
  readonly only?: string;
};

/** The AuthKeys of the root user still work afterwards: whoever reads it must look at them. */
const listsKeys: readonly NoticeEvent[] = ['mfa_reset_done', 'account_locked', 'database_restored'];

type Happening = { readonly db: Db; readonly ctx: Context; readonly info: RequestInfo; readonly actor: string };

/**
 * Tells every verified address of an operator about a security change, in the transaction of the change (R74, I4), and the
 * SAM user whom it is about at its own. What one actor repeats is gathered.
 */
export async function tellOwners(
  { db, ctx, info, actor }: Happening,
  operatorId: string,
  event: NoticeEvent,
  options: NoticeOptions,
): Promise<void> {
  const { recipients, account, language } = await whoToTell(db, operatorId);
  const { receipt, cancelLink, userName, address, kind, host, reason, dueAt, asOf } = options;
  const user = userName === undefined ? undefined : await userToTell(db, operatorId, userName);
  const authKeyIds = listsKeys.includes(event) ? await rootAuthKeys(db, operatorId) : undefined;
  for (const recipient of toldOf(options, recipients, user?.email)) {
    // SECURITY: what a SAM user is sent of itself does not name the root user's address.
    const own = userName !== undefined && !recipients.includes(recipient);
    const facts = {
      template: 'notice' as const,
      event,
      at: ctx.now(),
      sourceIp: info.sourceIp,
      userAgent: info.userAgent,
      operatorId,
      account: own ? '' : account,
      by: actor,
      ...(own && { toUser: true as const }),
      ...(receipt && { receipt }),
      ...(cancelLink && { cancelLink }),
      ...(userName && { userName }),
      ...(address && { address }),
      ...(kind && { kind }),
      ...(host && { host }),
      ...(reason && { reason }),
      ...(dueAt && { dueAt }),
      ...(asOf && { asOf }),
      ...(authKeyIds && { authKeyIds }),
      ...(event === 'mfa_reset_done' && { addresses: recipients }),
    };
    await enqueueNotice(db, ctx, {
      operatorId,
      recipient,
      language: own ? (user?.language ?? language) : language,
      facts,
    });
  }
}

function toldOf({ only, also, except }: NoticeOptions, recipients: readonly string[], own: string | undefined) {
  const told = new Set(only === undefined ? [...recipients, own ?? '', also ?? ''] : [only]);
  told.delete('');
  told.delete(except ?? '');
  return told;
}

/** The address that a SAM user verified, in its own language. */
async function userToTell(db: Db, operatorId: string, userName: string) {
  return await db
    .selectFrom('users')
    .innerJoin('emails', (join) =>
      join.onRef('emails.operator_id', '=', 'users.operator_id').onRef('emails.user_id', '=', 'users.user_id'),
    )
    .select(['emails.email', 'users.language'])
    .where('users.operator_id', '=', operatorId)
    .where('users.user_name', '=', userName)
    .where('users.user_id', '!=', rootId)
    .where('emails.verified_at', 'is not', null)
    .executeTakeFirst();
}

async function whoToTell(db: Db, operatorId: string) {
  const rows = await db
    .selectFrom('emails')
    .innerJoin('operators', 'operators.operator_id', 'emails.operator_id')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'emails.operator_id').on('users.user_id', '=', rootId),
    )
    .select(['emails.email', 'emails.email_id', 'operators.primary_email_id', 'users.language'])
    .where('emails.operator_id', '=', operatorId)
    .where('emails.user_id', '=', rootId)
    .where('emails.verified_at', 'is not', null)
    .orderBy('emails.created_at')
    .execute();
  const primary = rows.find((row) => row.email_id === row.primary_email_id);
  return {
    recipients: rows.map((row) => row.email),
    account: primary?.email ?? '',
    language: primary?.language ?? ('en' as const),
  };
}

async function rootAuthKeys(db: Db, operatorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('auth_keys')
    .select('auth_key_id')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', rootId)
    .execute();
  return rows.map((row) => row.auth_key_id);
}
