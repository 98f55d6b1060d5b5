import { type Operation, type Reaching, reach } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { sourcesOf, type Texts, textsOfAll } from './documents.ts';
import { specialise } from './specialise.ts';
import { parseTrustPolicy, rootSrn, userSrn } from './trust-policy.ts';

/** An operation as it is served: who may be asked beside the permissions. */
export type ServedOperation = Operation & {
  readonly rootOnly: boolean;
  /** Only for sessions that a person opened with a password, so not for switched ones. */
  readonly personOnly: boolean;
};

export type WhoCan = {
  readonly principal: string;
  readonly userName: string;
  readonly kind: 'root' | 'sam' | 'other operator';
  readonly allowed: 'always' | 'sometimes';
  readonly through?: string;
  readonly statements: { source: string; statement: number; effect: 'allow' | 'deny'; condition?: string }[];
};

type User = { readonly userId: string; readonly userName: string; readonly trustPolicy: string | null };

/**
 * Every principal that may call an operation of an operator, on a target when one is named: the root user, SAM users
 * by their permissions, and whoever may switch to such a SAM user.
 */
export async function whoCan(db: Db, operatorId: string, operation: ServedOperation, target: string | undefined) {
  const answer: WhoCan[] = [
    { principal: rootSrn(operatorId), userName: '', kind: 'root', allowed: 'always', statements: [] },
  ];
  if (operation.rootOnly) return answer;
  const texts = await textsOfAll(db, operatorId);
  for (const user of await samUsers(db, operatorId)) {
    const own = texts.get(user.userId);
    if (own) answer.push(...principalsOf(operatorId, operation, target, user, own));
  }
  return answer;
}

function principalsOf(
  operatorId: string,
  operation: ServedOperation,
  target: string | undefined,
  user: User,
  texts: Texts,
) {
  const itself = mayCall(operatorId, operation, target, user.userName, texts, undefined);
  const found: WhoCan[] = itself
    ? [{ principal: userSrn(operatorId, user.userName), userName: user.userName, kind: 'sam', ...itself }]
    : [];
  if (operation.personOnly || user.trustPolicy === null) return found;
  const switched = mayCall(operatorId, operation, target, user.userName, texts, 'switchUser');
  if (!switched) return found;
  for (const statement of parseTrustPolicy(user.trustPolicy).statements) {
    for (const principal of statement.principals) {
      const allowed = statement.condition ? ('sometimes' as const) : switched.allowed;
      found.push({ ...nameOf(operatorId, principal), ...switched, allowed, through: user.userName });
    }
  }
  return found;
}

function mayCall(
  operatorId: string,
  operation: ServedOperation,
  target: string | undefined,
  userName: string,
  texts: Texts,
  authMethod: string | undefined,
) {
  const known = {
    variables: { samUserName: userName, operatorId, ...(authMethod && { authMethod }) },
    pathVariables: { operator_id: operatorId, ...(target !== undefined && { user_name: target }) },
  };
  const [found] = reach(specialise(sourcesOf(texts), known), [operation]);
  if (!found || found.allowed === 'never') return undefined;
  const statements = [...found.allowedBy.map(say('allow')), ...found.deniedBy.map(say('deny'))];
  return { allowed: found.allowed, statements };
}

function say(effect: 'allow' | 'deny') {
  return ({ from, statement, condition }: Reaching) => ({
    source: from.kind === 'role' ? `role:${from.name}` : from.kind,
    statement,
    effect,
    ...(condition !== null && { condition }),
  });
}

function nameOf(operatorId: string, principal: string): Pick<WhoCan, 'principal' | 'userName' | 'kind'> {
  if (principal === rootSrn(operatorId)) return { principal, userName: '', kind: 'root' };
  const ownPrefix = userSrn(operatorId, '');
  if (!principal.startsWith(ownPrefix)) return { principal, userName: '', kind: 'other operator' };
  return { principal, userName: principal.slice(ownPrefix.length), kind: 'sam' };
}

async function samUsers(db: Db, operatorId: string): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .select(['user_id', 'user_name', 'trust_policy'])
    .where('operator_id', '=', operatorId)
    .where('user_id', '!=', rootId)
    .orderBy('name_key')
    .execute();
  return rows.map((row) => ({ userId: row.user_id, userName: row.user_name, trustPolicy: row.trust_policy }));
}
