import { createUserPassword, type QueryOf, type rehearseMFARequirement } from '@warifu/contract';
import { ownOperation } from '../authorize/catalogue.ts';
import { whoCan } from '../authorize/who-can.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId, type Users } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { type Requirement, requirementsIn } from '../sessions/required.ts';
import { listAuthKeysOf } from '../users/auth-keys.ts';
import { findSamUser, listSamUsers } from '../users/users.ts';
import { attachedUsers, findRole } from './roles.ts';

type Asked = QueryOf<typeof rehearseMFARequirement>;

/**
 * Whom a requirement of MFA would touch if it bound now, and who may help those who cannot sign in to enrol.
 * @throws Failure COM0001 when the role or user is not named, COM0404
 */
export async function rehearse(ctx: Context, operatorId: string, asked: Asked) {
  const rows = await touched(ctx.db, operatorId, asked);
  const userIds = rows.map((row) => row.user_id);
  const keys = userIds.length === 0 ? undefined : await listAuthKeysOf(ctx.db, operatorId, userIds);
  const bound = await boundBy(ctx.db, operatorId, userIds);
  const users = rows.map((row) => {
    const authKeys = keys?.get(row.user_id)?.length ?? 0;
    const requirement = bound.get(row.user_id);
    return {
      userName: row.user_name,
      mfaActive: row.mfa_id !== null,
      standing: standingOf(row, authKeys),
      authKeys,
      ...(row.last_sign_in_at !== null && { lastSignInAt: row.last_sign_in_at }),
      ...(requirement && { bound: requirement }),
    };
  });
  return { users, helpers: asked.rule === 'root' ? [] : await helpersIn(ctx, operatorId) };
}

/** As the verdict treats it: one factor of either kind is enough, and programs with AuthKeys are not asked. */
function standingOf(row: Users, authKeys: number) {
  if (row.mfa_id !== null) return 'ready' as const;
  const opens = row.password_hash !== null && row.password_suspended_at === null && row.locked_at === null;
  if (opens) return 'enrols' as const;
  return row.password_hash === null && authKeys > 0 ? ('programs only' as const) : ('locked out' as const);
}

async function touched(db: Db, operatorId: string, asked: Asked): Promise<readonly Users[]> {
  const { rule, role_id: roleId, user_name: userName } = asked;
  if (rule === 'sam_users') return await listSamUsers(db, operatorId);
  if (rule === 'role') {
    await findRole(db, operatorId, given('role_id', roleId));
    return (await attachedUsers(db, operatorId, given('role_id', roleId))).map(({ row }) => row);
  }
  if (rule === 'user') return [await findSamUser(db, operatorId, given('user_name', userName))];
  return await db
    .selectFrom('users')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', rootId)
    .execute();
}

function given(field: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new Failure('COM0001', { field, reason: { en: 'this rule needs it', ja: 'このルールでは必須です。' } });
}

/** By user: the rule that binds it first. */
async function boundBy(db: Db, operatorId: string, userIds: readonly string[]) {
  const rules = (await requirementsIn(db, operatorId)).toSorted((a, b) => a.from - b.from);
  const names = await db
    .selectFrom('users')
    .select(['user_id', 'user_name'])
    .where('operator_id', '=', operatorId)
    .execute();
  const attached = await db
    .selectFrom('user_roles')
    .select(['user_id', 'role_id'])
    .where('operator_id', '=', operatorId)
    .execute();
  const nameById = new Map(names.map((row) => [row.user_id, row.user_name]));
  const rolesById = Map.groupBy(attached, (row) => row.user_id);
  const binds = (userId: string) => (requirement: Requirement) => {
    if (requirement.rule === 'role') return rolesById.get(userId)?.some((row) => row.role_id === requirement.name);
    if (requirement.rule === 'user') return nameById.get(userId) === requirement.name;
    return (requirement.rule === 'root') === (userId === rootId);
  };
  return new Map(userIds.map((userId) => [userId, rules.find(binds(userId))]));
}

/** Who may give a SAM user a password, with which it signs in and enrols. */
async function helpersIn({ db, now }: Context, operatorId: string) {
  const endpoint = ownOperation(createUserPassword.operation);
  if (!endpoint) return [];
  const found = await whoCan(db, { operatorId, endpoint, target: undefined, at: now() });
  return found
    .filter(({ kind, through }) => kind !== 'other operator' && through === undefined)
    .map(({ userName, allowed }) => ({ userName, allowed }));
}
