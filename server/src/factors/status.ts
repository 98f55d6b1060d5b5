import type { Context } from '../context.ts';
import { preparedRead } from '../db/reads.ts';
import type { Factors } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { isLapsed } from './factors.ts';

type Status = Factors['status'] | 'INACTIVE';

const factorsWithCodes = preparedRead(
  (db, operatorId: string, userId: string) =>
    db
      .selectFrom('factors')
      .leftJoin('backup_code_sets as codes', (join) =>
        join.onRef('codes.operator_id', '=', 'factors.operator_id').onRef('codes.user_id', '=', 'factors.user_id'),
      )
      .select(['factors.status', 'factors.created_at', 'factors.activated_at', 'factors.last_used_at'])
      .select(['factors.suspended_at', 'codes.created_at as codes_created_at', 'codes.stored_at', 'codes.frozen_at'])
      .select(['codes.number', 'codes.mark', 'codes.wrong_guesses'])
      .where('factors.operator_id', '=', operatorId)
      .where('factors.user_id', '=', userId)
      .orderBy('factors.activated_at'),
  (rows) => rows,
);

/** What may be known of a user's MFA: never a seed or a code (R26). */
export async function describeMfa(ctx: Context, operatorId: string, userId: string) {
  const rows = await factorsWithCodes(ctx.db, operatorId, userId);
  const status = statusOf(rows, ctx.now());
  const active = rows.filter((row) => row.status === 'ACTIVE');
  const [first] = active;
  if (status !== 'ACTIVE' || !first) return { status };
  const lastUsedAt = Math.max(...active.map((row) => row.last_used_at ?? 0));
  return {
    status,
    ...(first.activated_at !== null && { activatedAt: first.activated_at }),
    ...(lastUsedAt > 0 && { lastUsedAt }),
    ...(active.some((row) => row.suspended_at !== null) && { suspended: true }),
    ...(first.codes_created_at !== null && {
      backupCodes: {
        number: first.number ?? 0,
        mark: first.mark ?? '',
        createdAt: first.codes_created_at,
        ...(first.stored_at !== null && { storedAt: first.stored_at }),
        ...(first.frozen_at !== null && { frozenAt: first.frozen_at }),
        triesLeft: Math.max(0, limits.codes.guessesPerSet - (first.wrong_guesses ?? 0)),
      },
    }),
  };
}

/** The status of some users' MFA, in one statement; a user without a factor is left out. */
export async function mfaStatuses(ctx: Context, operatorId: string, userIds: readonly string[]) {
  const factors = await ctx.db
    .selectFrom('factors')
    .select(['user_id', 'status', 'created_at'])
    .where('operator_id', '=', operatorId)
    .where('user_id', 'in', userIds)
    .execute();
  const byUser = Map.groupBy(factors, ({ user_id }) => user_id);
  const statuses = [...byUser].map(([userId, own]) => [userId, statusOf(own, ctx.now())] as const);
  return new Map(statuses.filter(([, status]) => status !== 'INACTIVE'));
}

/** One active factor is enough. */
function statusOf(factors: readonly Pick<Factors, 'status' | 'created_at'>[], now: number): Status {
  if (factors.some(({ status }) => status === 'ACTIVE')) return 'ACTIVE';
  return factors.some((factor) => !isLapsed(factor, now)) ? 'UNCONFIRMED' : 'INACTIVE';
}
