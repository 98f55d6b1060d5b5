import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';

export type ListedOperator = {
  readonly operatorId: string;
  /** Primary address of the root user. */
  readonly email: string;
  /** Whether the root user signs in with MFA. */
  readonly mfa: boolean;
  readonly samUsers: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
};

/** Every operator, oldest first; for who runs the host. */
export async function listOperators(db: Db): Promise<ListedOperator[]> {
  const rows = await db
    .selectFrom('operators as operator')
    .innerJoin('emails as email', (join) =>
      join
        .onRef('email.operator_id', '=', 'operator.operator_id')
        .onRef('email.email_id', '=', 'operator.primary_email_id'),
    )
    .innerJoin('users as root', (join) =>
      join.onRef('root.operator_id', '=', 'operator.operator_id').on('root.user_id', '=', rootId),
    )
    .select(['operator.operator_id', 'operator.created_at', 'email.email', 'root.mfa_id'])
    .select((from) =>
      from
        .selectFrom('users')
        .select((users) => users.fn.countAll().as('count'))
        .whereRef('users.operator_id', '=', 'operator.operator_id')
        .where('users.user_id', '!=', rootId)
        .as('sam_users'),
    )
    .orderBy('operator.created_at')
    .orderBy('operator.operator_id')
    .execute();
  return rows.map((row) => ({
    operatorId: row.operator_id,
    email: row.email,
    mfa: row.mfa_id !== null,
    samUsers: Number(row.sam_users),
    createdAt: row.created_at,
  }));
}
