import type { Context } from '../context.ts';
import { preparedRead } from '../db/reads.ts';
import { isLapsed } from './lifecycle.ts';

const factorWithCodes = preparedRead(
  (db, operatorId: string, userId: string) =>
    db
      .selectFrom('totp_factors as factor')
      .leftJoin('backup_code_sets as codes', (join) =>
        join.onRef('codes.operator_id', '=', 'factor.operator_id').onRef('codes.user_id', '=', 'factor.user_id'),
      )
      .select(['factor.status', 'factor.created_at', 'factor.activated_at', 'factor.last_used_at'])
      .select(['factor.suspended_at', 'codes.created_at as codes_created_at', 'codes.stored_at', 'codes.frozen_at'])
      .where('factor.operator_id', '=', operatorId)
      .where('factor.user_id', '=', userId),
  ([row]) => row,
);

/** What may be known of a user's MFA: never a seed or a code (R26). */
export async function describeMfa(ctx: Context, operatorId: string, userId: string) {
  const row = await factorWithCodes(ctx.db, operatorId, userId);
  if (!row || isLapsed(row, ctx.now())) return { status: 'INACTIVE' as const };
  if (row.status === 'UNCONFIRMED') return { status: 'UNCONFIRMED' as const };
  return {
    status: 'ACTIVE' as const,
    ...(row.activated_at !== null && { activatedAt: row.activated_at }),
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
    ...(row.suspended_at !== null && { suspended: true }),
    ...(row.codes_created_at !== null && {
      backupCodes: {
        createdAt: row.codes_created_at,
        ...(row.stored_at !== null && { storedAt: row.stored_at }),
        ...(row.frozen_at !== null && { frozenAt: row.frozen_at }),
      },
    }),
  };
}

/** The status of some users' MFA, in one statement; a user without a factor is left out. */
export async function mfaStatuses(ctx: Context, operatorId: string, userIds: readonly string[]) {
  const factors = await ctx.db
    .selectFrom('totp_factors')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', 'in', userIds)
    .execute();
  return new Map(factors.filter((f) => !isLapsed(f, ctx.now())).map((f) => [f.user_id, f.status]));
}
