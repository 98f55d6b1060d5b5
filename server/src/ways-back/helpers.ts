import { type AnyEndpoint, approveUserMFAReset, revokeUserMFA, startUserMFAReset } from '@warifu/contract';
import { ownOperation } from '../authorize/catalogue.ts';
import { type Question, whoCan } from '../authorize/who-can.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import type { SamUser } from '../users/users.ts';
import type { Helpers, Odds } from './model.ts';

type Helper = { readonly userName: string; readonly sure: boolean };

/** Who may help a SAM user, by the permissions as they are now. */
export async function helpersOf(db: Db, at: number, target: SamUser): Promise<Helpers> {
  const { operatorId, userName: onUser } = target;
  const may = async (endpoint: AnyEndpoint) => await whoMay(db, { operatorId, endpoint, target: onUser, at });
  const disabling = await may(revokeUserMFA);
  const { withMfa, setPassword, secondPerson } = await rowsFor(db, target);
  const starters = (await may(startUserMFAReset)).filter(
    ({ userName }) => withMfa.has(userName) && (userName === '' || userName !== setPassword),
  );
  const approvers = secondPerson
    ? (await may(approveUserMFAReset)).filter(({ userName }) => withMfa.has(userName))
    : [];
  return {
    others: oddsOf(disabling.filter(({ userName }) => userName !== '')),
    assisted: secondPerson ? oddsOfTwo(starters, approvers) : oddsOf(starters),
    secondPerson,
  };
}

type Asked = Omit<Question, 'endpoint'> & { readonly endpoint: AnyEndpoint };

/** The users of an operator that may do something to another user, or to some user; without switching. */
export async function whoMay(db: Db, { endpoint, ...asked }: Asked): Promise<Helper[]> {
  const known = ownOperation(endpoint.operation);
  if (!known) throw new Error('an operation of this server');
  const principals = await whoCan(db, { ...asked, endpoint: known });
  return principals
    .filter(({ userName, kind, through }) => kind !== 'other operator' && userName !== asked.target && !through)
    .map(({ userName, allowed, mustEnrol }) => ({ userName, sure: allowed === 'always' && !mustEnrol }));
}

function oddsOf(helpers: readonly Helper[]): Odds {
  if (helpers.some(({ sure }) => sure)) return 'yes';
  return helpers.length > 0 ? 'perhaps' : 'no';
}

/** Two different people: one starts it, the other approves it. */
function oddsOfTwo(starters: readonly Helper[], approvers: readonly Helper[]): Odds {
  const pairs = starters.flatMap((one) =>
    approvers
      .filter(({ userName }) => userName !== one.userName)
      .map(({ userName, sure }) => ({ userName, sure: sure && one.sure })),
  );
  return oddsOf(pairs);
}

/** Who has MFA, as an assisted reset asks of its starter and approver, and who set the user's password. */
async function rowsFor(db: Db, { operatorId, userId }: SamUser) {
  const rows = await db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .select(['users.user_id', 'users.user_name', 'users.mfa_id', 'users.password_set_by', 'operators.second_person_at'])
    .where('users.operator_id', '=', operatorId)
    .execute();
  const nameOf = (id: string | null | undefined) => rows.find((row) => row.user_id === id)?.user_name;
  const setBy = rows.find((row) => row.user_id === userId)?.password_set_by;
  return {
    withMfa: new Set(rows.filter(({ mfa_id }) => mfa_id !== null).map(({ user_name }) => user_name)),
    setPassword: setBy === rootId ? undefined : nameOf(setBy),
    secondPerson: (rows[0]?.second_person_at ?? null) !== null,
  };
}
