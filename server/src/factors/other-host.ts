import type { Cause } from '../change/cause.ts';
import { changeUser, describe, notify, type UserChange } from '../change/change.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { voidCredentials } from '../users/credentials.ts';
import { deleteFactor, factorsOf, type Owner, updateFactor } from './factors.ts';
import { relyingParty } from './webauthn.ts';

/** What a person gets in with whose passkeys do not work: the first of these that is there. */
export type Otherwise = 'another factor' | 'backup code' | 'root user' | 'break-glass';

export type HeldPasskeys = Owner & {
  /** Empty for the root user. */
  readonly userName: string;
  /** The host that they were made for; undefined when they were removed and nothing took their place. */
  readonly host: string | undefined;
  readonly count: number;
  /** They are for the host of the base URL. */
  readonly work: boolean;
  readonly otherwise: Otherwise;
};

/** Whose passkeys there are, for which host, and what each person has besides; for who runs the host. */
export async function listPasskeys({ db, config }: Pick<Context, 'db' | 'config'>): Promise<HeldPasskeys[]> {
  const { rpId } = relyingParty({ config });
  const rows = await heldRows(db);
  const byUser = Map.groupBy(rows, (row) => `${row.operator_id} ${row.user_id}`);
  return [...byUser.values()].flatMap((own) => {
    const working = own.some((row) => row.suspended_at === null && (row.kind !== 'passkey' || row.rp_id === rpId));
    const passkeys = own.filter(({ kind }) => kind === 'passkey');
    return [...Map.groupBy(passkeys, ({ rp_id }) => rp_id)].flatMap(([host, [first, ...more]]) => {
      if (!first) return [];
      const owner = { operatorId: first.operator_id, userId: first.user_id, userName: first.user_name };
      const otherwise = working ? 'another factor' : withoutFactor(first);
      return { ...owner, host: host ?? undefined, count: 1 + more.length, work: host === rpId, otherwise } as const;
    });
  });
}

async function heldRows(db: Db) {
  return await db
    .selectFrom('factors')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'factors.operator_id').onRef('users.user_id', '=', 'factors.user_id'),
    )
    .leftJoin('passkeys', (join) =>
      join
        .onRef('passkeys.operator_id', '=', 'factors.operator_id')
        .onRef('passkeys.user_id', '=', 'factors.user_id')
        .onRef('passkeys.factor_id', '=', 'factors.factor_id'),
    )
    .leftJoin('backup_code_sets as codes', (join) =>
      join.onRef('codes.operator_id', '=', 'factors.operator_id').onRef('codes.user_id', '=', 'factors.user_id'),
    )
    .select(['factors.operator_id', 'factors.user_id', 'users.user_name', 'factors.kind', 'factors.suspended_at'])
    .select(['passkeys.rp_id', 'codes.set_id', 'codes.frozen_at'])
    .where('factors.status', '=', 'ACTIVE')
    .orderBy('factors.operator_id')
    .orderBy('users.name_key')
    .orderBy('factors.factor_id')
    .execute();
}

function withoutFactor({ user_id, set_id, frozen_at }: Awaited<ReturnType<typeof heldRows>>[number]): Otherwise {
  if (user_id !== rootId) return 'root user';
  return set_id !== null && frozen_at === null ? 'backup code' : 'break-glass';
}

/** Each number of people is one of those above it. */
export type Removed = { readonly passkeys: number; readonly users: number; readonly withoutFactor: number };

/**
 * Removes the passkeys that were made for another host: nobody can use them any more. Each user's in a change of its own,
 * with its record and notice; run again after a fault, it goes on where it was.
 *
 * SECURITY: MFA stays on. Whoever had nothing else keeps a factor that nothing can prove, so the password alone still
 * opens nothing, and the ways back are those of a lost device.
 */
export async function removePasskeysOf(cause: Cause, host: string): Promise<Removed> {
  const owners = await cause.ctx.db
    .selectFrom('passkeys')
    .select(['operator_id', 'user_id'])
    .distinct()
    .where('rp_id', '=', host)
    .orderBy('operator_id')
    .orderBy('user_id')
    .execute();
  const sum = { passkeys: 0, users: 0, withoutFactor: 0 };
  for (const { operator_id: operatorId, user_id: userId } of owners) {
    const removed = await changeUser(cause, { operatorId, userId }, (c) => removeOf(c, host)).catch(ignoreGone);
    if (!removed) continue;
    sum.passkeys += removed.passkeys;
    sum.users += 1;
    sum.withoutFactor += removed.leavesNone ? 1 : 0;
  }
  return sum;
}

async function removeOf(c: UserChange, host: string) {
  const { operatorId, userId, userName } = c.user;
  const removed = await c.db
    .deleteFrom('passkeys')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .where('rp_id', '=', host)
    .returning('factor_id')
    .execute();
  if (removed.length === 0) throw new Failure('COM0404');
  const ids = new Set(removed.map(({ factor_id }) => factor_id));
  const active = (await factorsOf(c.db, c.user)).filter(({ status }) => status === 'ACTIVE');
  const leavesNone = active.every((factor) => ids.has(factor.factor_id));
  for (const factor of active.filter(({ factor_id }) => ids.has(factor_id))) {
    if (leavesNone) await updateFactor(c.db, factor).set({ suspended_at: c.now }).execute();
    else await deleteFactor(c, factor.factor_id);
  }
  await voidCredentials(c);
  describe(c, { detail: { host, passkeys: ids.size } });
  notify(c, 'passkeys_other_host', { userName, host });
  return { passkeys: ids.size, leavesNone };
}

/** Its user, or its passkeys, went between the look and the lock. */
function ignoreGone(error: unknown): undefined {
  if (error instanceof Failure && error.code === 'COM0404') return undefined;
  throw error;
}
