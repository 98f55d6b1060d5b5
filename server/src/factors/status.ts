import type { Context } from '../context.ts';
import { findFactor, isLapsed } from './lifecycle.ts';

/** What may be known of a user's MFA: never a seed or a code (R26). */
export async function describeMfa(ctx: Context, operatorId: string, userId: string) {
  const factor = await findFactor(ctx.db, operatorId, userId);
  if (!factor || isLapsed(factor, ctx.now())) return { status: 'INACTIVE' as const };
  if (factor.status === 'UNCONFIRMED') return { status: 'UNCONFIRMED' as const };
  const set = await ctx.db
    .selectFrom('backup_code_sets')
    .select(['created_at', 'stored_at', 'frozen_at'])
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return {
    status: 'ACTIVE' as const,
    ...(factor.activated_at !== null && { activatedAt: factor.activated_at }),
    ...(factor.last_used_at !== null && { lastUsedAt: factor.last_used_at }),
    ...(factor.suspended_at !== null && { suspended: true }),
    ...(set && {
      backupCodes: {
        createdAt: set.created_at,
        ...(set.stored_at !== null && { storedAt: set.stored_at }),
        ...(set.frozen_at !== null && { frozenAt: set.frozen_at }),
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
