import type { ExpressionBuilder } from 'kysely';
import type { Db } from '../db/database.ts';
import { type Database, rootId } from '../db/schema.ts';

/** What may want MFA of a user. The operator has one rule for its root user and one for its SAM users. */
export type Rule = 'root' | 'sam_users' | 'role' | 'user';

/** A rule, whose it is (of a role its ID, of a user its name), and from when on it binds. */
export type Requirement = { readonly rule: Rule; readonly name?: string; readonly from: number };

type Instant = number | null;
type Dates = {
  readonly user_id: string;
  readonly mfa_required_root_at: Instant;
  readonly mfa_required_sam_at: Instant;
  readonly mfa_required_at: Instant;
  readonly roles_required_at: Instant;
};

/**
 * From when on a user must have MFA: of all rules that bind it the earliest, so that none is loosened by another one.
 * Undefined when none wants it.
 */
export function mfaRequiredFrom(row: Dates): number | undefined {
  const operators = row.user_id === rootId ? row.mfa_required_root_at : row.mfa_required_sam_at;
  const dates = [operators, row.mfa_required_at, row.roles_required_at].filter((at) => at !== null);
  return dates.length === 0 ? undefined : Math.min(...dates);
}

/** The column `roles_required_at` for `mfaRequiredFrom`, in a statement about users. */
export function rolesRequiredAt(eb: ExpressionBuilder<Database, 'users'>) {
  return eb
    .selectFrom('user_roles')
    .innerJoin('roles', (join) =>
      join.onRef('roles.operator_id', '=', 'user_roles.operator_id').onRef('roles.role_id', '=', 'user_roles.role_id'),
    )
    .select(({ fn }) => fn.min<Instant>('roles.mfa_required_at').as('at'))
    .whereRef('user_roles.operator_id', '=', 'users.operator_id')
    .whereRef('user_roles.user_id', '=', 'users.user_id')
    .as('roles_required_at');
}

/** The rules of an operator that want MFA: its own, those of its roles by ID, those of its users by name. */
export async function requirementsIn(db: Db, operatorId: string): Promise<Requirement[]> {
  const operator = await operatorRules(db, operatorId);
  const roles = await db
    .selectFrom('roles')
    .select(['role_id as name', 'mfa_required_at as from'])
    .where('operator_id', '=', operatorId)
    .where('mfa_required_at', 'is not', null)
    .orderBy('role_id')
    .execute();
  const users = await db
    .selectFrom('users')
    .select(['user_name as name', 'mfa_required_at as from'])
    .where('operator_id', '=', operatorId)
    .where('mfa_required_at', 'is not', null)
    .orderBy('name_key')
    .execute();
  return [...operator, ...roles.flatMap(named('role')), ...users.flatMap(named('user'))];
}

/** From when on a user must have MFA, in one statement. */
export async function requiredFromOf(db: Db, operatorId: string, userId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .select(['users.user_id', 'users.mfa_required_at', rolesRequiredAt])
    .select(['operators.mfa_required_root_at', 'operators.mfa_required_sam_at'])
    .where('users.operator_id', '=', operatorId)
    .where('users.user_id', '=', userId)
    .executeTakeFirst();
  return row && mfaRequiredFrom(row);
}

/** The rule that binds a user first, if any wants MFA of it; its instant is that of `mfaRequiredFrom`. */
export async function strictestOf(db: Db, operatorId: string, userId: string): Promise<Requirement | undefined> {
  const own = userId === rootId ? 'root' : 'sam_users';
  const operator = (await operatorRules(db, operatorId)).filter(({ rule }) => rule === own);
  const users = await db
    .selectFrom('users')
    .select(['user_name as name', 'mfa_required_at as from'])
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .execute();
  const roles = await db
    .selectFrom('user_roles')
    .innerJoin('roles', (join) =>
      join.onRef('roles.operator_id', '=', 'user_roles.operator_id').onRef('roles.role_id', '=', 'user_roles.role_id'),
    )
    .select(['roles.role_id as name', 'roles.mfa_required_at as from'])
    .where('user_roles.operator_id', '=', operatorId)
    .where('user_roles.user_id', '=', userId)
    .orderBy('roles.role_id')
    .execute();
  const all = [...operator, ...roles.flatMap(named('role')), ...users.flatMap(named('user'))];
  return all.toSorted((a, b) => a.from - b.from)[0];
}

async function operatorRules(db: Db, operatorId: string): Promise<Requirement[]> {
  const row = await db
    .selectFrom('operators')
    .select(['mfa_required_root_at', 'mfa_required_sam_at'])
    .where('operator_id', '=', operatorId)
    .executeTakeFirst();
  if (!row) return [];
  const { mfa_required_root_at: root, mfa_required_sam_at: sam } = row;
  return [
    ...(root === null ? [] : [{ rule: 'root' as const, from: root }]),
    ...(sam === null ? [] : [{ rule: 'sam_users' as const, from: sam }]),
  ];
}

function named(rule: Rule) {
  return ({ name, from }: { name: string; from: Instant }) => (from === null ? [] : [{ rule, name, from }]);
}
