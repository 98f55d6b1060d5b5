import type { ExpressionBuilder } from 'kysely';
import type { Db } from '../db/database.ts';
import { type Database, rootId } from '../db/schema.ts';

/** What may want MFA of a user. The operator has one rule for its root user and one for its SAM users. */
export type Rule = 'root' | 'sam_users' | 'role' | 'user';

/** A rule, whose it is (of a role its ID, of a user its name), and from when on it binds. */
export type Requirement = { readonly rule: Rule; readonly name?: string; readonly from: number };

type Instant = number | null;
type OperatorDates = { readonly mfa_required_root_at: Instant; readonly mfa_required_sam_at: Instant };
type Dates = OperatorDates & {
  readonly user_id: string;
  readonly mfa_required_at: Instant;
  readonly roles_required_at: Instant;
};

/** From when on a user must have MFA; undefined when nothing wants it. */
export function mfaRequiredFrom(row: Dates): number | undefined {
  const { roles_required_at: roles, mfa_required_at: own } = row;
  return earliest([...operatorsRule(row), ...since('role', roles), ...since('user', own)])?.from;
}

/** Of all rules that concern a user the earliest binds, so that none is loosened by another one. */
export function earliest(rules: readonly Requirement[]): Requirement | undefined {
  return rules.toSorted((a, b) => a.from - b.from)[0];
}

/** That of the two switches which is about the user. */
function operatorsRule(row: OperatorDates & { readonly user_id: string }): Requirement[] {
  return row.user_id === rootId ? since('root', row.mfa_required_root_at) : since('sam_users', row.mfa_required_sam_at);
}

function since(rule: Rule, from: Instant, name?: string): Requirement[] {
  return from === null ? [] : [{ rule, ...(name !== undefined && { name }), from }];
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
  const operator = await db
    .selectFrom('operators')
    .select(['mfa_required_root_at', 'mfa_required_sam_at'])
    .where('operator_id', '=', operatorId)
    .executeTakeFirst();
  const roles = await db
    .selectFrom('roles')
    .select(['role_id', 'mfa_required_at'])
    .where('operator_id', '=', operatorId)
    .where('mfa_required_at', 'is not', null)
    .orderBy('role_id')
    .execute();
  const users = await db
    .selectFrom('users')
    .select(['user_name', 'mfa_required_at'])
    .where('operator_id', '=', operatorId)
    .where('mfa_required_at', 'is not', null)
    .orderBy('name_key')
    .execute();
  return [
    ...since('root', operator?.mfa_required_root_at ?? null),
    ...since('sam_users', operator?.mfa_required_sam_at ?? null),
    ...roles.flatMap((row) => since('role', row.mfa_required_at, row.role_id)),
    ...users.flatMap((row) => since('user', row.mfa_required_at, row.user_name)),
  ];
}

/** By user, the rules that concern it, of one user or of all, in one statement. */
export async function requirementsByUser(db: Db, operatorId: string, userId?: string) {
  const all = db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .leftJoin('user_roles', (join) =>
      join.onRef('user_roles.operator_id', '=', 'users.operator_id').onRef('user_roles.user_id', '=', 'users.user_id'),
    )
    .leftJoin('roles', (join) =>
      join
        .onRef('roles.operator_id', '=', 'user_roles.operator_id')
        .onRef('roles.role_id', '=', 'user_roles.role_id')
        .on('roles.mfa_required_at', 'is not', null),
    )
    .select(['users.user_id', 'users.user_name', 'users.mfa_required_at'])
    .select(['operators.mfa_required_root_at', 'operators.mfa_required_sam_at'])
    .select(['roles.role_id', 'roles.mfa_required_at as role_required_at'])
    .where('users.operator_id', '=', operatorId)
    .orderBy('roles.role_id');
  const rows = await (userId === undefined ? all : all.where('users.user_id', '=', userId)).execute();
  const byUser = Map.groupBy(rows, (row) => row.user_id);
  return new Map([...byUser].map(([id, own]) => [id, requirementsOf(own)]));
}

type Row = OperatorDates & {
  readonly user_id: string;
  readonly user_name: string;
  readonly mfa_required_at: Instant;
  readonly role_id: string | null;
  readonly role_required_at: Instant;
};

function requirementsOf(rows: readonly Row[]): Requirement[] {
  const [user] = rows;
  if (!user) return [];
  return [
    ...operatorsRule(user),
    ...rows.flatMap(({ role_id: id, role_required_at: from }) => (id === null ? [] : since('role', from, id))),
    ...since('user', user.mfa_required_at, user.user_name),
  ];
}

/** The rule that binds a user first, if any wants MFA of it; its instant is that of `mfaRequiredFrom`. */
export async function bindingRequirement(
  db: Db,
  { operatorId, userId }: { readonly operatorId: string; readonly userId: string },
): Promise<Requirement | undefined> {
  return earliest((await requirementsByUser(db, operatorId, userId)).get(userId) ?? []);
}
