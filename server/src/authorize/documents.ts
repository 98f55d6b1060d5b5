import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeProblemAt, type PermissionDocument, type Problem, parse, type Source } from '@warifu/policy';
import { sql } from 'kysely';
import type { Db } from '../db/database.ts';
import { preparedRead } from '../db/reads.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import { builtInRoles } from './built-in-roles.ts';

/** The texts that decide for a SAM user; where one comes from does not matter for the decision. */
export type Texts = {
  readonly own: string;
  readonly roles: readonly { readonly roleId: string; readonly permission: string }[];
  readonly defaults: string;
};

/**
 * Reads a permission as it is saved; the same parser as in the console.
 * @throws Failure AUM0030 with the place and the reason of the first problem
 */
export function parsePermission(text: string): PermissionDocument {
  const result = parse(text);
  if (result.ok) return result.document;
  throw invalidText('AUM0030', result.problems[0]);
}

/** The parsed documents of a user, wherever they come from; other work goes on between large ones. */
export async function documentsInTurns(texts: Texts): Promise<PermissionDocument[]> {
  const documents: PermissionDocument[] = [];
  for (const { document } of eachSource(texts)) {
    documents.push(document);
    await turnAfter(document);
  }
  return documents;
}

/** Lets other work go on after what a large document cost. */
export async function turnAfter({ text }: PermissionDocument): Promise<void> {
  if (text.length > worthATurn) await nextTurn();
}

const worthATurn = 4096;

/** Characters to parse for all texts of a user. */
export function sizeOf({ own, roles, defaults }: Texts): number {
  return roles.reduce((sum, role) => sum + role.permission.length, own.length + defaults.length);
}

/** The refusal of a text, with the place of the problem in words and as facts. */
export function invalidText(code: 'AUM0030' | 'AUM0031', problem: Problem | undefined): Failure {
  if (!problem) return new Failure(code);
  const reason = { en: describeProblemAt(problem, 'en'), ja: describeProblemAt(problem, 'ja') };
  return new Failure(code, { reason, line: String(problem.line), column: String(problem.column) });
}

/** The parsed documents of a user. Stored texts were checked when they were saved. */
export function sourcesOf(texts: Texts, read = parsePermission): Source[] {
  return [...eachSource(texts, read)];
}

/** The same one at a time, each parsed when it is asked for. */
export function* eachSource({ own, roles, defaults }: Texts, read = parsePermission): Generator<Source> {
  if (own !== '') yield { from: { kind: 'own' }, document: read(own) };
  for (const { roleId, permission } of roles) {
    if (permission !== '') yield { from: { kind: 'role', name: roleId }, document: read(permission) };
  }
  if (defaults !== '') yield { from: { kind: 'default' }, document: read(defaults) };
}

/** All texts of one SAM user; undefined when there is none of that key. */
export async function textsOf(db: Db, operatorId: string, userId: string): Promise<Texts | undefined> {
  const rows = await textRows(db, operatorId, userId).execute();
  return rows.length === 0 ? undefined : toTexts(rows).texts;
}

/** The same for the path of every request, with the operator's revision; nothing for a user that is gone. */
export const readTexts = preparedRead(textRows, toTexts);

/** In one statement: texts of two moments could allow together what was never allowed. */
function textRows(db: Db, operatorId: string, userId: string) {
  const user = db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .where('users.operator_id', '=', operatorId)
    .where('users.user_id', '=', userId);
  const of = (source: 'own' | 'default' | 'role') => sql<string>`${sql.lit(source)}`.as('source');
  const none = sql<string | null>`null`.as('role_id');
  const text = (column: string) => sql<string | null>`${sql.ref(column)}`.as('text');
  const own = user.select([of('own'), none, text('users.permission'), 'operators.revision']);
  const defaults = user.select([of('default'), none, text('operators.default_permissions'), 'operators.revision']);
  const roles = roleRows(db, operatorId)
    .where('user_roles.user_id', '=', userId)
    .select([of('role'), 'user_roles.role_id', text('roles.permission'), sql<number>`0`.as('revision')]);
  return own.unionAll(defaults).unionAll(roles).orderBy('role_id');
}

type TextRow = { source: string; role_id: string | null; text: string | null; revision: number };

function toTexts(rows: readonly TextRow[]): { readonly texts: Texts; readonly revision: number } {
  const of = (source: string) => rows.filter((row) => row.source === source);
  const roles = of('role').map((row) => toRoleText({ role_id: row.role_id ?? '', permission: row.text }));
  const texts = { own: of('own')[0]?.text ?? '', defaults: of('default')[0]?.text ?? '', roles };
  return { texts, revision: of('own')[0]?.revision ?? 0 };
}

/**
 * The texts of every SAM user of an operator, by user ID; three statements, however many users. The text of a role is
 * there once, whoever has it.
 */
export async function textsOfAll(db: Db, operatorId: string): Promise<Map<string, Texts>> {
  const users = await db
    .selectFrom('users')
    .innerJoin('operators', 'operators.operator_id', 'users.operator_id')
    .select(['users.user_id', 'users.permission', 'operators.default_permissions'])
    .where('users.operator_id', '=', operatorId)
    .where('users.user_id', '!=', rootId)
    .execute();
  const roles = await db
    .selectFrom('roles')
    .select(['role_id', 'permission'])
    .where('operator_id', '=', operatorId)
    .execute();
  const rows = await db
    .selectFrom('user_roles')
    .select(['user_id', 'role_id'])
    .where('operator_id', '=', operatorId)
    .orderBy('role_id')
    .execute();
  const permissions = new Map(roles.map((role) => [role.role_id, role.permission]));
  const attached = Map.groupBy(rows, (row) => row.user_id);
  return new Map(
    users.map((user) => {
      const own = attached.get(user.user_id) ?? [];
      const texts = own.map(({ role_id }) => toRoleText({ role_id, permission: permissions.get(role_id) ?? null }));
      return [user.user_id, { own: user.permission, roles: texts, defaults: user.default_permissions }];
    }),
  );
}

function toRoleText(row: { role_id: string; permission: string | null }) {
  return { roleId: row.role_id, permission: row.permission ?? builtInRoles.get(row.role_id)?.permission ?? '' };
}

/** Roles as they are attached; a built-in one has no row of its own. */
function roleRows(db: Db, operatorId: string) {
  return db
    .selectFrom('user_roles')
    .leftJoin('roles', (join) =>
      join.onRef('roles.operator_id', '=', 'user_roles.operator_id').onRef('roles.role_id', '=', 'user_roles.role_id'),
    )
    .where('user_roles.operator_id', '=', operatorId);
}
