import { type ErrorCode, readBackupCode } from '@warifu/contract';
import { cancelAttempt, settleRight } from '../attempts/attempts.ts';
import { assertNoFlood } from '../attempts/windows.ts';
import type { Cause } from '../change/cause.ts';
import { change, changeUser, describe, notify, type Refused, refuse, type UserChange } from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { newSalt } from '../crypto/passwords.ts';
import type { BackupCodeSets, MailTokens } from '../db/schema.ts';
import { describeTry, frozenByWrongCode, wrongCode } from '../factors/backup-code-tries.ts';
import { countWrongGuess, findCodes, isInSet } from '../factors/backup-codes.ts';
import { removeMfa } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { countLinkFailure, findLink, spendLink } from '../links/links.ts';
import { stampMfaReset } from '../users/credentials.ts';
import { checkPassword, judgeWrong, type PasswordCheck, type WrongCheck } from '../users/password.ts';
import { finishCase } from './cases.ts';

export type ResetProof = {
  readonly token: string;
  readonly email: string;
  readonly password: string;
  readonly backupCode: string;
};
type RightCheck = Extract<PasswordCheck, { right: true }>;
type Guess = { readonly token: string; readonly codeHash: string };

/**
 * Finishes an MFA reset (R41): token, address, password and one backup code, all at once. All right: MFA is off and
 * every session ends. Anything wrong: one answer, one failure counted, nothing else changed. Signs nobody in (R42).
 * @throws Failure MFA0010 for every wrong combination, with the field for a mistyped code, which counts nothing; COM0429;
 *   COM0503 when too many hashes wait, which counts nothing
 */
export async function verifyReset(cause: Cause, proof: ResetProof): Promise<Receipt> {
  const { ctx } = cause;
  const { token } = proof;
  const code = await readTyped(cause, proof.backupCode);
  const check = await checkPassword(cause, { email: proof.email }, proof.password);
  // The same work on every path: a second slow hash, of the real set or of none.
  const set = check.account && (await findCodes(ctx.db, check.account.operatorId, check.account.userId));
  const codeHash = await hashGuess(cause, check, token, [code, set?.salt ?? newSalt()]);
  if (!check.right) return await refuseWrong(cause, check, token);
  const { operatorId, userId } = check.account;
  return await changeUser(cause, { operatorId, userId, otherwise: 'MFA0010' }, async (c) => {
    describe(c, { target: 'root' });
    return await decide(c, check, { token, codeHash });
  });
}

const mistyped = {
  en: ' The backup code has a typing mistake; no try was counted.',
  ja: 'バックアップコードに入力ミスがあります (試行回数には含まれません)。',
};

/**
 * Tells a typing mistake before anything of an account is looked at. SECURITY: whether a code is whole is known to
 * everybody who can add; told after the password, it would say that that was right (decision 0035).
 */
async function readTyped({ ctx, info }: Cause, typed: string): Promise<string> {
  const read = readBackupCode(typed);
  if (typeof read === 'object') return read.code;
  await assertNoFlood(ctx, 'recovery.mistyped', info.sourceIp);
  throw new Failure('MFA0010', { field: 'backupCode', mistyped });
}

/** A password that was judged stays judged when there is no room for the second hash; a right one costs nothing. */
async function hashGuess(cause: Cause, check: PasswordCheck, token: string, [secret, salt]: [string, string]) {
  try {
    return await cause.ctx.hasher.hashWithSalt(secret, salt, 'strange');
  } catch (error) {
    if (check.right) await cancelAttempt(cause.ctx, check.attempt);
    else if (error instanceof Failure) await refuseWrong(cause, check, token, error.code).catch(() => {});
    throw error;
  }
}

/** Only an evaluated password counts against the link: one that pacing refused was not looked at (I9). */
async function refuseWrong(cause: Cause, check: WrongCheck, token: string, code: ErrorCode = 'MFA0010') {
  return await change<never>(cause, check.account?.operatorId ?? '', async (c) => {
    if (check.attempt) await countLinkFailure(c.db, c.now, await findLink(c.db, c.now, token, ['mfa_reset']));
    return { refused: code, ...(await judgeWrong(c, check)) };
  });
}

async function decide(c: UserChange, check: RightCheck, guess: Guess): Promise<Receipt | Refused> {
  const link = await findLink(c.db, c.now, guess.token, ['mfa_reset']);
  const wrong = async (reason: string) => {
    await countLinkFailure(c.db, c.now, link);
    return refuse('MFA0010', reason);
  };
  if (c.user.row.credential_version !== check.account.credentialVersion) return await wrong('credentials changed');
  await settleRight(c.db, check.attempt, c.now);
  const set = await findCodes(c.db, c.user.operatorId, c.user.userId);
  if (!link || !linkFits(c, link) || !set || set.frozen_at !== null) return await wrong('wrong link');
  describe(c, { detail: { case: link.case_id ?? '' } });
  describeTry(c, set);
  if (!isInSet(c.ctx, set, guess.codeHash)) return await wrong(await countGuess(c, set));
  // The case is stopped with its links; whoever comes second finds one of them spent.
  if (!(await spendLink(c.db, c.now, link)) || !(await finishCase(c, link.case_id ?? ''))) throw new Failure('MFA0010');
  await removeMfa(c);
  await stampMfaReset(c);
  notify(c, 'mfa_reset_done');
  return c.receipt;
}

async function countGuess(c: UserChange, set: BackupCodeSets): Promise<string> {
  if (!(await countWrongGuess(c.db, c.ctx, set))) return wrongCode;
  notify(c, 'backup_codes_frozen');
  return frozenByWrongCode;
}

/** A link is good for its own operator, under the credentials and of the MFA it was asked for (R43). */
function linkFits({ user: { operatorId, row } }: UserChange, link: MailTokens): boolean {
  if (link.operator_id !== operatorId || link.credential_version !== row.credential_version) return false;
  return row.mfa_id !== null && row.mfa_id === link.mfa_id;
}
