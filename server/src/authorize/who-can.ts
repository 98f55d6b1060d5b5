import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AnyEndpoint } from '@warifu/contract';
import { type Reaching, reach, specialise } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { pathVariablesOf } from './catalogue.ts';
import { sourcesOf, type Texts, textsOfAll } from './documents.ts';
import { readTrustPolicy, rootSrn, userSrn } from './trust-policy.ts';

/** Who may call an operation at all; only `permission` is a matter of permissions. */
export type Access = 'anyone' | 'signed in' | 'root' | 'permission';

export type Question = {
  readonly operatorId: string;
  readonly endpoint: AnyEndpoint;
  readonly access: Access;
  /** Value of `{user_name}` in the operation's path. */
  readonly target: string | undefined;
};

export type WhoCan = {
  readonly principal: string;
  readonly userName: string;
  readonly kind: 'root' | 'sam' | 'other operator';
  readonly allowed: 'always' | 'sometimes';
  readonly through?: string;
  readonly statements: { source: string; statement: number; effect: 'allow' | 'deny'; condition?: string }[];
};

type User = {
  readonly userId: string;
  readonly userName: string;
  readonly texts: Texts;
  readonly ways: readonly Way[];
};
/** A principal that a user's trust policy lets in; on a condition, sometimes. */
type Way = Pick<WhoCan, 'principal' | 'userName' | 'kind'> & { readonly conditional: boolean };

/**
 * Every principal that may call an operation of an operator, on a target when one is named: the root user, SAM users
 * by their permissions, and whoever may switch to such a SAM user. Other work goes on between two users.
 */
export async function whoCan(db: Db, question: Question): Promise<WhoCan[]> {
  const { operatorId, access } = question;
  const root: WhoCan = {
    principal: rootSrn(operatorId),
    userName: '',
    kind: 'root',
    allowed: 'always',
    statements: [],
  } as const;
  if (access === 'root') return [root];
  const answer: WhoCan[] = [root];
  for (const user of await samUsers(db, operatorId)) {
    answer.push(...principalsOf(question, user));
    await nextTurn();
  }
  return answer;
}

function principalsOf(question: Question, user: User): WhoCan[] {
  const { operatorId, endpoint } = question;
  const itself = mayCall(question, user, undefined);
  const found: WhoCan[] = itself
    ? [{ principal: userSrn(operatorId, user.userName), userName: user.userName, kind: 'sam', ...itself }]
    : [];
  const switched = endpoint.personOnly || user.ways.length === 0 ? undefined : mayCall(question, user, 'switchUser');
  if (!switched) return found;
  const through = user.userName;
  for (const { conditional, ...principal } of user.ways) {
    found.push({ ...principal, ...switched, allowed: conditional ? 'sometimes' : switched.allowed, through });
  }
  return found;
}

function mayCall(question: Question, user: User, authMethod: 'switchUser' | undefined) {
  const { operatorId, endpoint, target } = question;
  if (question.access !== 'permission') return { allowed: 'always' as const, statements: [] };
  const names = pathVariablesOf(endpoint);
  const switched = authMethod && { authMethod, mfaAuthenticated: false };
  const known = {
    variables: { samUserName: user.userName, operatorId, httpMethod: endpoint.method, ...switched },
    pathVariables: knownVariables(names, {
      operator_id: operatorId,
      ...(target !== undefined && { user_name: target }),
    }),
  };
  const sources = specialise(sourcesOf(user.texts), known);
  const [found] = reach(sources, [{ name: endpoint.operation, pathVariables: names }]);
  if (!found || found.allowed === 'never') return undefined;
  const statements = [...found.allowedBy.map(say('allow')), ...found.deniedBy.map(say('deny'))];
  return { allowed: found.allowed, statements };
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

async function samUsers(db: Db, operatorId: string): Promise<User[]> {
  const texts = await textsOfAll(db, operatorId);
  const ways = await waysInto(db, operatorId);
  const rows = await db
    .selectFrom('users')
    .select(['user_id', 'user_name'])
    .where('operator_id', '=', operatorId)
    .where('user_id', '!=', rootId)
    .orderBy('name_key')
    .execute();
  return rows.flatMap(({ user_id: userId, user_name: userName }) => {
    const own = texts.get(userId);
    return own ? [{ userId, userName, texts: own, ways: ways.get(userId) ?? [] }] : [];
  });
}

/** By user: the principals that may switch to it, as they are called now. */
async function waysInto(db: Db, operatorId: string): Promise<Map<string, Way[]>> {
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
    .orderBy(['trusted.statement', 'principal.operator_id', 'principal.user_name'])
    .execute();
  const ways = rows.map((row) => {
    const conditional = Boolean(readTrustPolicy(row.trust_policy)[row.statement]?.condition);
    return { userId: row.user_id, way: { ...nameOf(operatorId, row.operator_id, row.user_name), conditional } };
  });
  const byUser = Map.groupBy(ways, ({ userId }) => userId);
  return new Map([...byUser].map(([userId, list]) => [userId, ownFirst(list.map(({ way }) => way))]));
}

function ownFirst(ways: readonly Way[]): Way[] {
  return ways.toSorted((a, b) => Number(a.kind === 'other operator') - Number(b.kind === 'other operator'));
}

function nameOf(own: string, operatorId: string, userName: string): Pick<WhoCan, 'principal' | 'userName' | 'kind'> {
  const principal = userName === '' ? rootSrn(operatorId) : userSrn(operatorId, userName);
  if (operatorId !== own) return { principal, userName: '', kind: 'other operator' };
  return { principal, userName, kind: userName === '' ? 'root' : 'sam' };
}
