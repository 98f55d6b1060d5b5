import { readHandedCode } from '@warifu/contract';
import { cancelAttempt, settleRight } from '../attempts/attempts.ts';
import type { Cause } from '../change/cause.ts';
import {
  change,
  changeUserAuthority,
  describe,
  notify,
  type Refused,
  refuse,
  type UserAuthorityChange,
} from '../change/change.ts';
import type { Receipt } from '../context.ts';
import { removeMfa } from '../factors/lifecycle.ts';
import { Failure } from '../failure.ts';
import { countLinkFailure, findLink, linkOfCase, spendLink } from '../links/links.ts';
import { tellOfFailedCode } from '../sessions/pending.ts';
import { stampMfaReset } from '../users/credentials.ts';
import { checkPassword, judgeWrong, type PasswordCheck, type WrongCheck } from '../users/password.ts';
import { saltFor, standingCase } from './assisted-case.ts';
import { finishCase } from './cases.ts';

export type AssistedProof = {
  readonly operatorId: string;
  readonly userName: string;
  readonly password: string;
  /** Of the mailed link. */
  readonly token?: string | undefined;
  /** As it was typed. */
  readonly code?: string | undefined;
};

type RightCheck = Extract<PasswordCheck, { right: true }>;
const purposes = ['mfa_reset_assisted'] as const;

/**
 * Finishes an assisted reset: the SAM user's own password, and the mailed link or the code, all at once. All right: MFA is
 * off and every session ends. Anything wrong: one answer, and the same work, whether the user, the case or the code is not
 * there. Signs nobody in.
 * @throws Failure MFA0032 for every wrong combination; COM0503 when too many hashes wait, which counts nothing
 */
export async function finishAssisted(cause: Cause, proof: AssistedProof): Promise<Receipt> {
  const { operatorId, userName, token } = proof;
  const check = await checkPassword(cause, { operatorId, userName }, proof.password);
  const code = readHandedCode(proof.code ?? '');
  const hashed = await hashCode(cause, check, code ?? '');
  const secret = token ?? (code === undefined ? undefined : hashed);
  if (!check.right) return await refuseWrong(cause, check, secret);
  const { account } = check;
  const who = { operatorId: account.operatorId, userId: account.userId, otherwise: 'MFA0032' } as const;
  return await changeUserAuthority(cause, who, async (c) => {
    describe(c, { userName: c.user.userName });
    return await decide(c, check, secret);
  });
}

/** The same slow hash on every path; a right password costs nothing when there is no room for it. */
async function hashCode(cause: Cause, check: PasswordCheck, code: string): Promise<string> {
  try {
    return await cause.ctx.hasher.hashWithSalt(code, await saltFor(cause.ctx, check.account), 'strange');
  } catch (error) {
    if (check.right) await cancelAttempt(cause.ctx, check.attempt);
    throw error;
  }
}

/** SECURITY: only who has the link or the code uses up a try of it without the password: nobody else can end a reset so. */
async function refuseWrong(cause: Cause, check: WrongCheck, secret: string | undefined) {
  return await change<never>(cause, check.account?.operatorId ?? '', async (c) => {
    const link = check.attempt && (await findLink(c.db, c.now, secret ?? '', purposes));
    await countLinkFailure(c.db, c.now, link);
    return { refused: 'MFA0032', ...(await judgeWrong(c, check)) };
  });
}

async function decide(
  c: UserAuthorityChange,
  check: RightCheck,
  secret: string | undefined,
): Promise<Receipt | Refused> {
  const { db, now, user } = c;
  if (user.row.credential_version !== check.account.credentialVersion) return refuse('MFA0032', 'credentials changed');
  await settleRight(db, check.attempt, now);
  const row = await standingCase(db, now, user);
  const own = row && (await linkOfCase(db, now, { operatorId: user.operatorId, caseId: row.case_id }));
  if (!row || !own) return refuse('MFA0032', 'no reset is open');
  describe(c, { detail: { case: row.case_id } });
  if (secret === undefined) return refuse('MFA0032', 'not a code');
  const link = await findLink(db, now, secret, purposes);
  if (link?.token_id !== own.token_id) {
    await countLinkFailure(db, now, own);
    await tellOfFailedCode(c, user);
    return refuse('MFA0032', 'wrong code');
  }
  const approvedOnly = row.approval_due_at !== null || c.operator.row.second_person_at !== null;
  if (approvedOnly && row.approved_by === null) return refuse('MFA0032', 'not approved', 'refused');
  // Whoever comes second, or after a stop, finds one of them over.
  if (!(await spendLink(db, now, own)) || !(await finishCase(c, row.case_id))) throw new Failure('MFA0032');
  await removeMfa(c);
  await stampMfaReset(c);
  notify(c, 'sam_mfa_reset_done', { userName: user.userName });
  return c.receipt;
}
