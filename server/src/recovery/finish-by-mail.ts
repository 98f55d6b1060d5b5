import { settleRight } from '../attempts/attempts.ts';
import { record } from '../change/record.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { newSalt } from '../crypto/passwords.ts';
import { hashSecret } from '../crypto/tokens.ts';
import { type Db, transaction } from '../db/database.ts';
import type { BackupCodeSets, MailTokens } from '../db/schema.ts';
import { countWrongGuess, isInSet, normaliseCode } from '../factors/backup-codes.ts';
import { findFactor, markReset, removeMfa } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { enqueueNotice } from '../mail/notices.ts';
import type { Account } from '../users/accounts.ts';
import { lockUser } from '../users/credentials.ts';
import { checkPassword, type PasswordCheck, recordWrong } from '../users/password.ts';

export type ResetProof = {
  readonly token: string;
  readonly email: string;
  readonly password: string;
  readonly backupCode: string;
};

/**
 * Finishes an MFA reset (R41): token, address, password and one backup code, all at once. All right: MFA is off and
 * every session ends. Anything wrong: one answer, one failure counted, nothing else changed. Signs nobody in (R42).
 * @throws Failure MFA0010 for every wrong combination
 */
export async function verifyReset(ctx: Context, info: RequestInfo, proof: ResetProof): Promise<Receipt> {
  const check = await checkPassword(ctx, { email: proof.email }, proof.password, info.sourceIp);
  // The same work on every path: a second slow hash, of the real set or of none.
  const set = check.account && (await findSet(ctx.db, check.account));
  const code = normaliseCode(proof.backupCode);
  const codeHash = await ctx.hasher.hashWithSalt(code ?? proof.backupCode.slice(0, 64), set?.salt ?? newSalt());
  const guess = { code, codeHash };
  const receipt = await transaction(ctx.db, (db) => decide(db, ctx, info, proof.token, check, guess));
  if (!receipt) throw new Failure('MFA0010');
  return receipt;
}

type Guess = { readonly code: string | undefined; readonly codeHash: string };

async function decide(db: Db, ctx: Context, info: RequestInfo, token: string, check: PasswordCheck, guess: Guess) {
  const { account } = check;
  const user = account && (await lockUser(db, ctx, account.operatorId, account.userId));
  const row = await liveToken(db, ctx, token);
  if (!check.right || !user || user.credential_version !== check.account.credentialVersion) {
    await countTokenFailure(db, ctx, row);
    await recordWrong(db, ctx, info, { ...check, right: false }, 400);
    return undefined;
  }
  await settleRight(db, check.attempt, ctx.now());
  const set = await findSet(db, check.account);
  const fits = await tokenFits(db, row, check.account, user.credential_version);
  if (!fits || !set || set.frozen_at !== null) return await refuse(db, ctx, info, check.account, row, 'wrong link');
  if (guess.code === undefined) return await refuse(db, ctx, info, check.account, row, 'not a backup code');
  if (!isInSet(set, guess.codeHash)) return await refuseGuess(db, ctx, info, check.account, row, set);
  return (await consume(db, ctx, row)) ? await reset(db, ctx, info, check.account) : undefined;
}

async function reset(db: Db, ctx: Context, info: RequestInfo, account: Account): Promise<Receipt> {
  const receipt = await removeMfa(db, ctx, account.operatorId, account.userId);
  await markReset(db, ctx, account);
  await enqueueNotice(db, ctx, info, account.operatorId, 'mfa_reset_done', { receipt });
  await recordAnswer(db, ctx, info, account, 'success', '', 200, receipt);
  return receipt;
}

async function refuse(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  account: Account,
  row: MailTokens | undefined,
  reason: string,
): Promise<undefined> {
  await countTokenFailure(db, ctx, row);
  await recordAnswer(db, ctx, info, account, 'failure', reason, 400);
}

async function refuseGuess(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  account: Account,
  row: MailTokens | undefined,
  set: BackupCodeSets,
): Promise<undefined> {
  const frozen = await countWrongGuess(db, ctx, set);
  if (frozen) await enqueueNotice(db, ctx, info, account.operatorId, 'backup_codes_frozen');
  await refuse(db, ctx, info, account, row, frozen ? 'wrong backup code, set frozen' : 'wrong backup code');
}

/** The token's row while it is unused, unexpired and under five failures; it is checked at use, not by a clean-up. */
async function liveToken(db: Db, ctx: Context, token: string): Promise<MailTokens | undefined> {
  return await db
    .selectFrom('mail_tokens')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .where('purpose', '=', 'mfa_reset')
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .where('expires_at', '>', ctx.now())
    .executeTakeFirst();
}

/** A token is good for its own operator, under the credentials and the enrolment it was asked for (R43). */
async function tokenFits(
  db: Db,
  row: MailTokens | undefined,
  account: Account,
  credentialVersion: number,
): Promise<boolean> {
  if (row?.operator_id !== account.operatorId || row.credential_version !== credentialVersion) return false;
  const factor = await findFactor(db, account.operatorId, account.userId);
  return factor?.status === 'ACTIVE' && factor.factor_id === row.factor_id;
}

async function consume(db: Db, ctx: Context, row: MailTokens | undefined): Promise<boolean> {
  if (!row) return false;
  const result = await db
    .updateTable('mail_tokens')
    .set({ used_at: ctx.now() })
    .where('operator_id', '=', row.operator_id)
    .where('token_id', '=', row.token_id)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

async function countTokenFailure(db: Db, ctx: Context, row: MailTokens | undefined): Promise<void> {
  if (!row) return;
  const counted = await db
    .updateTable('mail_tokens')
    .set((eb) => ({ failures: eb('failures', '+', 1) }))
    .where('operator_id', '=', row.operator_id)
    .where('token_id', '=', row.token_id)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .returning('failures')
    .executeTakeFirst();
  if (!counted || counted.failures < limits.recovery.failures) return;
  await db
    .updateTable('mail_tokens')
    .set({ voided_at: ctx.now() })
    .where('operator_id', '=', row.operator_id)
    .where('token_id', '=', row.token_id)
    .execute();
}

async function findSet(db: Db, account: Account): Promise<BackupCodeSets | undefined> {
  return await db
    .selectFrom('backup_code_sets')
    .selectAll()
    .where('operator_id', '=', account.operatorId)
    .where('user_id', '=', account.userId)
    .executeTakeFirst();
}

async function recordAnswer(
  db: Db,
  ctx: Context,
  info: RequestInfo,
  account: Account,
  outcome: 'success' | 'failure',
  reason: string,
  statusCode: number,
  detail: Receipt | Record<string, never> = {},
): Promise<void> {
  const { operatorId, userName } = account;
  const event = { operatorId, userName, actor: 'anonymous', target: 'root', outcome, reason, statusCode, detail };
  await record(db, ctx.now(), info, event);
}
