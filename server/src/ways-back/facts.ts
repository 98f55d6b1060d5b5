import type { Db } from '../db/database.ts';
import { type BackupCodeSets, rootId, type Users } from '../db/schema.ts';
import { mfaRequiredFrom, rolesRequiredAt } from '../sessions/required.ts';
import type { Facts } from './model.ts';

export type Known = {
  readonly userId: string;
  readonly userName: string;
  readonly facts: Facts;
  /** Whether a mail reaches it: it has an address that it verified. */
  readonly hasAddress: boolean;
  /** Who gave it its password; null when nobody did. */
  readonly passwordSetBy: string | null;
};

/** The facts of users of an operator by name, in one statement however many they are. */
export async function factsOfUsers(db: Db, now: number, operatorId: string, userId?: string): Promise<Known[]> {
  const rows = await rowsOf(db, operatorId, userId);
  const byUser = Map.groupBy(rows, (row) => row.user_id);
  return [...byUser.values()].flatMap((own) => {
    const [row] = own;
    return row ? [knownIn(row, own, now)] : [];
  });
}

async function rowsOf(db: Db, operatorId: string, userId: string | undefined) {
  const some = db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .leftJoin('factors', (join) =>
      join
        .onRef('factors.operator_id', '=', 'users.operator_id')
        .onRef('factors.user_id', '=', 'users.user_id')
        .on('factors.status', '=', 'ACTIVE'),
    )
    .leftJoin('passkeys', (join) =>
      join
        .onRef('passkeys.operator_id', '=', 'factors.operator_id')
        .onRef('passkeys.user_id', '=', 'factors.user_id')
        .onRef('passkeys.factor_id', '=', 'factors.factor_id'),
    )
    .leftJoin('backup_code_sets as codes', (join) =>
      join.onRef('codes.operator_id', '=', 'users.operator_id').onRef('codes.user_id', '=', 'users.user_id'),
    )
    .select(['users.user_id', 'users.user_name', 'users.password_suspended_at', 'users.locked_at', 'users.mfa_id'])
    .select((eb) => eb('users.password_hash', 'is', null).as('no_password'))
    .select(['users.password_set_by', 'operators.recovery_hold_until', 'users.mfa_required_at', rolesRequiredAt])
    .select(['operators.mfa_required_root_at', 'operators.mfa_required_sam_at'])
    .select(['factors.kind', 'factors.suspended_at', 'passkeys.device_type'])
    .select(['codes.set_id', 'codes.frozen_at', 'codes.stored_at'])
    .select((eb) =>
      eb
        .selectFrom('emails')
        .select((one) => one.fn.countAll<number>().as('count'))
        .whereRef('emails.operator_id', '=', 'users.operator_id')
        .whereRef('emails.user_id', '=', 'users.user_id')
        .where('emails.verified_at', 'is not', null)
        .as('addresses'),
    )
    .where('users.operator_id', '=', operatorId)
    .orderBy('users.name_key')
    .orderBy('factors.factor_id');
  return await (userId === undefined ? some : some.where('users.user_id', '=', userId)).execute();
}

type Row = Awaited<ReturnType<typeof rowsOf>>[number];

function knownIn(row: Row, own: readonly Row[], now: number): Known {
  return {
    userId: row.user_id,
    userName: row.user_name,
    facts: factsIn(row, own, now),
    hasAddress: Number(row.addresses) > 0,
    passwordSetBy: row.password_set_by,
  };
}

function factsIn(row: Row, own: readonly Row[], now: number): Facts {
  return {
    isRoot: row.user_id === rootId,
    password: passwordIn(row),
    mfaActive: row.mfa_id !== null,
    factors: own.flatMap(({ kind, device_type, suspended_at }) =>
      kind === null ? [] : [{ kind, synced: device_type === 'multiDevice', suspended: suspended_at !== null }],
    ),
    codes: codesIn(row),
    held: (row.recovery_hold_until ?? 0) > now,
    mustEnrol: row.mfa_id === null && (mfaRequiredFrom(row) ?? Number.POSITIVE_INFINITY) <= now,
  };
}

function passwordIn(row: Pick<Users, 'locked_at' | 'password_suspended_at'> & Pick<Row, 'no_password'>) {
  if (row.locked_at !== null) return 'locked';
  // SQLite answers with a number.
  if (row.no_password) return 'none';
  return row.password_suspended_at === null ? 'usable' : 'suspended';
}

function codesIn(row: { set_id: string | null } & Pick<BackupCodeSets, 'frozen_at' | 'stored_at'>): Facts['codes'] {
  if (row.set_id === null) return 'none';
  if (row.frozen_at !== null) return 'frozen';
  return row.stored_at === null ? 'unstored' : 'stored';
}
