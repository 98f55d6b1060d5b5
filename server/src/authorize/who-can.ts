import { srnOf } from '@warifu/contract';
import { type Reach, type Reaching, reach, specialise, sumOfReaches } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { quarantinedUntil } from '../sessions/quarantine.ts';
import { mfaRequiredFrom, rolesRequiredAt } from '../sessions/required.ts';
import { type KnownOperation, pathVariablesOf } from './catalogue.ts';
import { eachSource, type Texts, textsOfAll, turnAfter } from './documents.ts';
import { isInQuarantine, isQuarantined } from './quarantine.ts';
import { readTrustPolicy } from './trust-policy.ts';
import { mustEnrolFirst, verdictOf } from './verdict.ts';

export type Question = {
  readonly operatorId: string;
  readonly endpoint: KnownOperation;
  /** Value of `{user_name}` in the operation's path. */
  readonly target: string | undefined;
  /** Instant at which it is asked. */
  readonly at: number;
};

export type WhoCan = {
  readonly principal: string;
  readonly userName: string;
  readonly kind: 'root' | 'sam' | 'other operator';
  readonly allowed: 'always' | 'sometimes';
  readonly through?: string;
  readonly mustEnrol?: boolean;
  readonly statements: { source: string; statement: number; effect: 'allow' | 'deny'; condition?: string }[];
};

/** A SAM user with all that decides what it may do. */
export type SupposedUser = {
  readonly userId: string;
  readonly userName: string;
  /** It may only enrol a factor, until it has one. */
  readonly mustEnrol: boolean;
  readonly quarantinedUntil: number | undefined;
  readonly texts: Texts;
  readonly ways: readonly Way[];
};
/** A principal that a user's trust policy lets in; on a condition, or while it must enrol first, sometimes. */
type Way = Pick<WhoCan, 'principal' | 'userName' | 'kind'> & { readonly conditional: boolean };

/**
 * Every principal that may call an operation of an operator, on a target when one is named: the root user, SAM users
 * by their permissions, and whoever may switch to such a SAM user. `always` and leaving one out are certain, of people who
 * just signed in with their password: what programs may not do (R50), and nobody after a while (step-up), is the same for
 * all. Other work goes on between two documents.
 */
export async function whoCan(db: Db, question: Question): Promise<WhoCan[]> {
  const { operatorId, endpoint, target: onUser, at } = question;
  const rows = await userRows(db, question);
  const asking = { userName: '', quarantinedUntil: rows.find(({ userId }) => userId === rootId)?.quarantinedUntil };
  const root: WhoCan = {
    principal: srnOf(operatorId, ''),
    userName: '',
    kind: 'root',
    // For one who is in quarantine now it is over tomorrow.
    allowed: isQuarantined(asking, { endpoint, onUser, at }) ? 'sometimes' : 'always',
    statements: [],
  };
  if (endpoint.access === 'root') return [root];
  const answer: WhoCan[] = [root];
  for (const user of await samUsers(db, question, rows)) {
    answer.push(...(await principalsOf(question, user)));
  }
  return answer;
}

/**
 * The SAM users of an operator as they are now, for `principalsOf`; six statements, however many users.
 * @param at instant of what is asked later
 */
export async function supposedUsers(db: Db, operatorId: string, at: number): Promise<SupposedUser[]> {
  const asked = { operatorId, at };
  return await samUsers(db, asked, await userRows(db, asked));
}

/** Whoever may call an operation as a SAM user: itself, and those who may switch to it. */
export async function principalsOf(question: Question, user: SupposedUser): Promise<WhoCan[]> {
  const { operatorId } = question;
  const itself = await mayCall(question, user, 'password');
  const found: WhoCan[] = itself
    ? [{ principal: srnOf(operatorId, user.userName), userName: user.userName, kind: 'sam', ...itself }]
    : [];
  const switched = user.ways.length === 0 ? undefined : await mayCall(question, user, 'switchUser');
  if (!switched) return found;
  const through = user.userName;
  for (const { conditional, ...principal } of user.ways) {
    found.push({ ...principal, ...switched, allowed: conditional ? 'sometimes' : switched.allowed, through });
  }
  return found;
}

/** By the rule of the guard, over all that is not known beforehand: conditions, the target, when MFA is enrolled. */
async function mayCall(question: Question, user: SupposedUser, authMethod: 'password' | 'switchUser') {
  const { endpoint } = question;
  const { allowed, statements } = await reachOf(question, user, authMethod);
  const { at } = question;
  const enrols = user.mustEnrol && authMethod === 'password';
  const quarantines = isInQuarantine(user, at) ? [user.quarantinedUntil, undefined] : [undefined];
  const supposed = (enrols ? [at, undefined] : [undefined]).flatMap((mfaRequiredFrom) =>
    quarantines.map((quarantinedUntil) => ({ mfaRequiredFrom, quarantinedUntil })),
  );
  const decisions = supposed.flatMap((some) => {
    const asking = { userName: user.userName, authMethod, provedAt: at, mfaActive: false, ...some };
    return targetsOf(question, user).flatMap((onUser) => {
      const asked = { endpoint, access: endpoint.access, onUser, at };
      return decisionsOf[allowed].map((permission) => verdictOf(asking, asked, permission).decision);
    });
  });
  if (!decisions.includes('allow')) return undefined;
  const sure = !decisions.includes('deny');
  return { allowed: sure ? 'always' : 'sometimes', statements, ...(enrols && { mustEnrol: true }) } as const;
}

const decisionsOf = { always: ['allow'], sometimes: ['allow', 'deny'], never: ['deny'] } as const;

/** Whom a call may be about: with no target named, itself or somebody else. */
function targetsOf({ endpoint, target }: Question, { userName }: SupposedUser): readonly (string | undefined)[] {
  if (!pathVariablesOf(endpoint).includes('user_name')) return [undefined];
  return target === undefined ? [userName, ''] : [target];
}

/** What the permissions of a user say of the operation. */
async function reachOf(question: Question, user: SupposedUser, authMethod: 'password' | 'switchUser') {
  const { operatorId, endpoint, target } = question;
  if (endpoint.access !== 'permission') return { allowed: 'always' as const, statements: [] };
  const names = pathVariablesOf(endpoint);
  const switched = authMethod === 'switchUser' && { authMethod, mfaAuthenticated: false };
  const known = {
    variables: { samUserName: user.userName, operatorId, httpMethod: endpoint.method, ...switched },
    pathVariables: knownVariables(names, {
      // In the path of a guarded API it may be anything.
      ...(endpoint.isOwn && { operator_id: operatorId }),
      ...(target !== undefined && { user_name: target }),
    }),
  };
  const operation = { name: endpoint.operation, pathVariables: names };
  const reaches: Reach[] = [];
  for (const source of eachSource(user.texts)) {
    reaches.push(...reach(specialise([source], known), [operation]));
    await turnAfter(source.document);
  }
  const { allowed, allowedBy, deniedBy } = sumOfReaches(operation.name, reaches);
  return { allowed, statements: [...allowedBy.map(say('allow')), ...deniedBy.map(say('deny'))] };
}

/** Of what an operation's path has not got, a condition fails. */
function knownVariables(names: readonly string[], values: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

function say(effect: 'allow' | 'deny') {
  return ({ from, statement, condition }: Reaching) => ({
    source: from.kind === 'role' ? `role:${from.name}` : from.kind,
    statement,
    effect,
    ...(condition !== null && { condition }),
  });
}

type Asked = Pick<Question, 'operatorId' | 'at'>;

async function samUsers(db: Db, { operatorId, at }: Asked, rows: readonly Row[]): Promise<SupposedUser[]> {
  const texts = await textsOfAll(db, operatorId);
  const enrolling = new Set(
    rows.filter((row) => row.mustEnrol || isInQuarantine(row, at)).map(({ userName }) => userName),
  );
  const ways = await waysInto(db, operatorId, enrolling);
  return rows.flatMap((row) => {
    const own = texts.get(row.userId);
    return own ? [{ ...row, texts: own, ways: ways.get(row.userId) ?? [] }] : [];
  });
}

type Row = Omit<SupposedUser, 'texts' | 'ways'>;

async function userRows(db: Db, { operatorId, at }: Asked): Promise<Row[]> {
  const rows = await db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .select(['users.user_id', 'users.user_name', 'users.mfa_id'])
    .select(['operators.mfa_required_root_at', 'operators.mfa_required_sam_at'])
    .select(['users.mfa_reset_at', 'operators.quarantine_at', 'users.mfa_required_at', rolesRequiredAt])
    .where('users.operator_id', '=', operatorId)
    .orderBy('users.name_key')
    .execute();
  return rows.map((row) => {
    const { user_id: userId, user_name: userName } = row;
    const from = mfaRequiredFrom(row);
    const until = quarantinedUntil(row.mfa_reset_at, row.quarantine_at);
    return {
      userId,
      userName,
      mustEnrol: mustEnrolFirst({ authMethod: 'password', mfaActive: row.mfa_id !== null, mfaRequiredFrom: from }, at),
      quarantinedUntil: until,
    };
  });
}

/**
 * By user: the principals that may switch to it, as they are called now.
 * @param enrolling names of those users of this operator who may not switch now: they must enrol first, or are in quarantine; of other operators' nothing is told
 */
async function waysInto(db: Db, operatorId: string, enrolling: ReadonlySet<string>): Promise<Map<string, Way[]>> {
  const rows = await db
    .selectFrom('trusted_principals as trusted')
    .innerJoin('users as target', (join) =>
      join.onRef('target.operator_id', '=', 'trusted.operator_id').onRef('target.user_id', '=', 'trusted.user_id'),
    )
    .innerJoin('users as principal', (join) =>
      join
        .onRef('principal.operator_id', '=', 'trusted.principal_operator_id')
        .onRef('principal.user_id', '=', 'trusted.principal_user_id'),
    )
    .select([
      'target.user_id',
      'target.trust_policy',
      'trusted.statement',
      'principal.operator_id',
      'principal.user_name',
    ])
    .where('trusted.operator_id', '=', operatorId)
    .orderBy('trusted.statement')
    .orderBy('principal.operator_id')
    .orderBy('principal.user_name')
    .execute();
  const ways = rows.map((row) => {
    const enrols = row.operator_id === operatorId && enrolling.has(row.user_name);
    const conditional = enrols || Boolean(readTrustPolicy(row.trust_policy)[row.statement]?.condition);
    return { userId: row.user_id, way: { ...nameOf(operatorId, row.operator_id, row.user_name), conditional } };
  });
  const byUser = Map.groupBy(ways, ({ userId }) => userId);
  return new Map([...byUser].map(([userId, list]) => [userId, ownFirst(list.map(({ way }) => way))]));
}

function ownFirst(ways: readonly Way[]): Way[] {
  return ways.toSorted((a, b) => Number(a.kind === 'other operator') - Number(b.kind === 'other operator'));
}

function nameOf(own: string, operatorId: string, userName: string): Pick<WhoCan, 'principal' | 'userName' | 'kind'> {
  const principal = srnOf(operatorId, userName);
  if (operatorId !== own) return { principal, userName: '', kind: 'other operator' };
  return { principal, userName, kind: userName === '' ? 'root' : 'sam' };
}
