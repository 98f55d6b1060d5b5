import { rehearseBackupCode, verifyMFARevokingToken } from '@warifu/contract';
import { type Change, describe } from '../change/change.ts';
import type { Context } from '../context.ts';
import type { AuditLog, BackupCodeSets } from '../db/schema.ts';
import { limits } from '../limits.ts';

/** How the record of an MFA reset calls a backup code that was looked at and was not of the set. */
export const wrongCode = 'wrong backup code';
export const frozenByWrongCode = 'wrong backup code, set frozen';

/** Notes in the record of a reset which set its code was looked for in. */
export function describeTry(c: Change, set: BackupCodeSets): void {
  describe(c, { detail: { codeSet: set.number } });
}

/**
 * When and from where the root user's backup codes were used or tried, newest first. It is what the audit log has of
 * it, so nothing is stored twice; what came before a code was looked at, such as a wrong password, is no try of one.
 */
export async function listTries(ctx: Context, operatorId: string) {
  const rows = await ctx.db
    .selectFrom('audit_log')
    .select(['at', 'api_kind', 'outcome', 'reason', 'source_ip', 'user_agent', 'detail'])
    .where('operator_id', '=', operatorId)
    .where('user_name', '=', '')
    .where('api_kind', 'in', [verifyMFARevokingToken.operation, rehearseBackupCode.operation])
    .where('at', '>=', ctx.now() - limits.signIns.shown)
    .where((eb) => eb.or([eb('outcome', '=', 'success'), eb('reason', 'in', [wrongCode, frozenByWrongCode])]))
    .orderBy('sequence', 'desc')
    .limit(limits.codes.shownTries)
    .execute();
  return rows.map(toTry);
}

type Row = Pick<AuditLog, 'at' | 'api_kind' | 'outcome' | 'reason' | 'source_ip' | 'user_agent' | 'detail'>;

function toTry({ at, api_kind, outcome, reason, source_ip: sourceIp, user_agent: userAgent, detail }: Row) {
  const { codeSet } = JSON.parse(detail) as { codeSet: number };
  const wrong = reason === frozenByWrongCode ? 'froze' : 'wrong';
  const right = api_kind === rehearseBackupCode.operation ? 'rehearsed' : 'used';
  return { at, outcome: outcome === 'success' ? right : wrong, setNumber: codeSet, sourceIp, userAgent } as const;
}
