import { type AnyEndpoint, approveUserMFAReset, revokeUserMFA, startUserMFAReset } from '@warifu/contract';
import { ownOperation } from '../authorize/catalogue.ts';
import { isInQuarantine } from '../authorize/quarantine.ts';
import { principalsOf, type Question, type SupposedUser, supposedUsers, whoCan } from '../authorize/who-can.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { quarantinedUntil } from '../sessions/quarantine.ts';
import { factsOfUsers, type Known } from './facts.ts';
import { type Helpers, type Odds, signsIn } from './model.ts';

/** An operator as it is at one moment: its people, what they may do, and who helps whom by that. */
export type Office = {
  readonly operatorId: string;
  readonly at: number;
  readonly people: readonly Known[];
  /** SAM users with the texts that decide for them. */
  readonly users: readonly SupposedUser[];
  /** Somebody else must approve an assisted reset. */
  readonly secondPerson: boolean;
  readonly rootInQuarantine: boolean;
};

/** What is known of an operator, in a fixed number of statements; an operator has a few dozen users (`limits.samUsers`). */
export async function officeOf(db: Db, at: number, operatorId: string): Promise<Office> {
  const people = await factsOfUsers(db, at, operatorId);
  const users = await supposedUsers(db, operatorId, at);
  const root = await db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .select(['operators.second_person_at', 'operators.quarantine_at', 'users.mfa_reset_at'])
    .where('users.operator_id', '=', operatorId)
    .where('users.user_id', '=', rootId)
    .executeTakeFirstOrThrow();
  const until = quarantinedUntil(root.mfa_reset_at, root.quarantine_at);
  const rootInQuarantine = isInQuarantine({ quarantinedUntil: until }, at);
  return { operatorId, at, people, users, secondPerson: root.second_person_at !== null, rootInQuarantine };
}

type Helper = { readonly userName: string; readonly sure: boolean };

/** Who may help a SAM user, by the permissions as they are then. */
export async function helpersOf(office: Office, target: Known): Promise<Helpers> {
  const others = oddsOf(await whoHelps(office, revokeUserMFA, target));
  const starters = await takingPart(office, startUserMFAReset, target);
  const approvers = office.secondPerson ? await takingPart(office, approveUserMFAReset, target) : undefined;
  const samUsers = (helpers: readonly Helper[]) => helpers.filter(({ userName }) => userName !== '');
  return {
    others,
    assisted: oddsOfReset(starters, approvers),
    secondPerson: office.secondPerson,
    rootWaits: office.rootInQuarantine,
    withoutRoot: better(others, oddsOfReset(samUsers(starters), approvers && samUsers(approvers))),
  };
}

/** An assisted reset takes a person that has MFA itself: SAM users that may, unless they set the user's password, and the root user. */
async function takingPart(office: Office, endpoint: AnyEndpoint, target: Known): Promise<Helper[]> {
  const proved = office.people.filter(({ facts }) => facts.mfaActive);
  const known = proved.find(({ userId }) => userId === rootId);
  const root = known ? [{ userName: known.userName, sure: !office.rootInQuarantine }] : [];
  const users = await whoHelps(office, endpoint, target);
  const others = proved.filter(({ userId }) => userId !== target.passwordSetBy);
  return [...root, ...users.filter(({ userName }) => others.some((one) => one.userName === userName))];
}

/** The users, other than the target, that sign in and then may call an operation on it; not by a switch (R50). */
async function whoHelps(office: Office, endpoint: AnyEndpoint, target: Known): Promise<Helper[]> {
  const helpers: Helper[] = [];
  for (const user of await candidates(office, endpoint)) {
    if (user.userId === target.userId) continue;
    const principals = await principalsOf(questionOf(office, endpoint, target.userName), user);
    const itself = principals.find(({ through }) => through === undefined);
    const known = office.people.find(({ userId }) => userId === user.userId);
    const odds = known ? signsIn(known.facts) : 'no';
    if (!itself || odds === 'no') continue;
    helpers.push({
      userName: user.userName,
      sure: odds === 'yes' && itself.allowed === 'always' && itself.mustEnrol !== true,
    });
  }
  return helpers;
}

/** Those who may call an operation on somebody; nobody else has to be looked at for each target. */
async function candidates(office: Office, endpoint: AnyEndpoint): Promise<readonly SupposedUser[]> {
  const ofOffice = found.get(office) ?? new Map<string, readonly SupposedUser[]>();
  const known = ofOffice.get(endpoint.operation);
  if (known) return known;
  const some: SupposedUser[] = [];
  for (const user of office.users) {
    if ((await principalsOf(questionOf(office, endpoint), user)).length > 0) some.push(user);
  }
  found.set(office, ofOffice.set(endpoint.operation, some));
  return some;
}

const found = new WeakMap<Office, Map<string, readonly SupposedUser[]>>();

type Asked = Omit<Question, 'endpoint'> & { readonly endpoint: AnyEndpoint };

/** The users of an operator that may do something to another user, or to some user; without switching. */
export async function whoMay(db: Db, { endpoint, ...asked }: Asked): Promise<Helper[]> {
  const principals = await whoCan(db, { ...asked, endpoint: knownAs(endpoint) });
  return principals
    .filter(({ userName, kind, through }) => kind !== 'other operator' && userName !== asked.target && !through)
    .map(({ userName, allowed, mustEnrol }) => ({ userName, sure: allowed === 'always' && !mustEnrol }));
}

function questionOf({ operatorId, at }: Office, endpoint: AnyEndpoint, target?: string): Question {
  return { operatorId, endpoint: knownAs(endpoint), target, at };
}

function knownAs({ operation }: AnyEndpoint) {
  const known = ownOperation(operation);
  if (!known) throw new Error('an operation of this server');
  return known;
}

function oddsOf(helpers: readonly Helper[]): Odds {
  if (helpers.some(({ sure }) => sure)) return 'yes';
  return helpers.length > 0 ? 'perhaps' : 'no';
}

/** One starts it; where that is asked for, another one approves it. */
function oddsOfReset(starters: readonly Helper[], approvers: readonly Helper[] | undefined): Odds {
  if (!approvers) return oddsOf(starters);
  const pairs = starters.flatMap((one) =>
    approvers
      .filter(({ userName }) => userName !== one.userName)
      .map(({ userName, sure }) => ({ userName, sure: sure && one.sure })),
  );
  return oddsOf(pairs);
}

function better(one: Odds, other: Odds): Odds {
  return [one, other].includes('yes') ? 'yes' : one === 'no' ? other : one;
}
