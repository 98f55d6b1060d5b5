import { createUserPassword, type QueryOf, type rehearseMFARequirement } from '@warifu/contract';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId, type Users } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { earliest, requirementsByUser } from '../sessions/required.ts';
import { listAuthKeysOf } from '../users/auth-keys.ts';
import { findSamUser, listSamUsers } from '../users/users.ts';
import { factsOfUsers, type Known } from '../ways-back/facts.ts';
import { whoMay } from '../ways-back/helpers.ts';
import { levelOf, ownWays } from '../ways-back/model.ts';
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
  const rules = await requirementsByUser(ctx.db, operatorId);
  const known = new Map((await factsOfUsers(ctx.db, ctx.now(), operatorId)).map((one) => [one.userId, one]));
  const users = rows.flatMap((row) => {
    const user = known.get(row.user_id);
    // Deleted between the two statements.
    if (!user) return [];
    const authKeys = keys?.get(row.user_id)?.length ?? 0;
    const bound = earliest(rules.get(row.user_id) ?? []);
    const { standing, ...ways } = standingOf(user, authKeys);
    const last = row.last_sign_in_at;
    return [
      {
        userName: row.user_name,
        mfaActive: user.facts.mfaActive,
        standing,
        ...ways,
        authKeys,
        ...(last !== null && { lastSignInAt: last }),
        ...(bound && { bound }),
      },
    ];
  });
  return { users, helpers: asked.rule === 'root' ? [] : await helpersIn(ctx, operatorId, { asked, known }) };
}

/** As the verdict treats it: one factor of either kind is enough, and programs with AuthKeys are not asked. */
function standingOf({ facts }: Known, authKeys: number) {
  const level = levelOf(ownWays(facts));
  if (facts.mfaActive) return { standing: 'ready', wayBack: level } as const;
  // Without MFA a way in is a password, which a root user can set anew by mail.
  if (level !== 'help') return { standing: 'enrols' } as const;
  return { standing: facts.password === 'none' && authKeys > 0 ? 'programs only' : 'locked out' } as const;
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

type Helped = { readonly asked: Asked; readonly known: ReadonlyMap<string, Known> };

/** Who may give a SAM user a password, with which it signs in and enrols; and who of them has MFA. */
async function helpersIn({ db, now }: Context, operatorId: string, { asked, known }: Helped) {
  const target = asked.rule === 'user' ? asked.user_name : undefined;
  const found = await whoMay(db, { operatorId, endpoint: createUserPassword, target, at: now() });
  const withMfa = new Set([...known.values()].filter(({ facts }) => facts.mfaActive).map(({ userName }) => userName));
  return found.map(({ userName, sure }) => ({
    userName,
    allowed: sure ? ('always' as const) : ('sometimes' as const),
    mfaActive: withMfa.has(userName),
  }));
}
