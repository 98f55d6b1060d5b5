import type { Context } from '../../context.ts';
import { limits } from '../../limits.ts';
import { auditTrouble } from '../audit-verify.ts';
import { type Finding, failure, ok, span, warning } from './finding.ts';

/** Whether the audit log grows without anybody having said that it may. */
export async function checkAuditGrowth({ db, config, now }: Context): Promise<Finding[]> {
  const { records, oldest } = await db
    .selectFrom('audit_heads')
    .select((eb) => [
      eb.fn.coalesce(eb.fn.sum<number>(eb('sequence', '-', eb.ref('pruned_sequence'))), eb.val(0)).as('records'),
      eb.fn.min('first_at').as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  const found = `${records} records${oldest === null ? '' : `, the oldest ${span(now() - oldest)} old`}.`;
  if (config.auditDays !== undefined || Number(records) <= limits.audit.many) return [ok('audit log', found)];
  const todo = 'Nothing removes them. Export and prune: npx warifu audit prune; or set WARIFU_AUDIT_DAYS.';
  return [warning('audit log', found, todo)];
}

/** Whether every chain is whole, and ends where it was seen to end. */
export async function checkAudit(ctx: Context): Promise<Finding[]> {
  const { lines } = await auditTrouble(ctx);
  if (lines.length === 0) return [ok('audit log', 'The audit log is whole.')];
  const todo = 'Keep the database as it is, and compare it with a backup: somebody may have hidden something.';
  return lines.map((line) => failure('audit log', `${line}.`, todo));
}
