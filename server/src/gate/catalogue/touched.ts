import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Catalogue, catalogueOf, matching, type PermissionDocument, parse } from '@warifu/policy';
import { ofHost } from '../../authorize/imported.ts';
import type { Db } from '../../db/database.ts';
import type { Changes } from './catalogues.ts';

/** A pattern of a permission that matches operations which an import changes. */
export type Touched = {
  readonly operatorId: string;
  /** Whose permission it is: a SAM user's own, a role's, or the defaults. */
  readonly kind: 'user' | 'role' | 'default';
  /** Of the user or role; empty for the defaults. */
  readonly name: string;
  /** Number in its document, from 1. */
  readonly statement: number;
  readonly effect: 'allow' | 'deny';
  readonly pattern: string;
  /** Operations that it matches no more, now as well, and at another method or path: how many, and the first of them. */
  readonly removed: Names;
  readonly added: Names;
  readonly moved: Names;
};

type Names = { readonly count: number; readonly first: string[] };

/** The permissions that an import touches, as many as are shown of them. */
export type Touching = {
  readonly touched: Touched[];
  /** Whether there are more, or some were not looked at any more. */
  readonly isPart: boolean;
};

const most = { touched: 200, steps: 5_000_000, atOnce: 50_000, names: 5, operators: 200 };

/**
 * The patterns of permissions, wildcards included, that match what an import adds, removes or moves. They stay as they
 * are: what is gone they are about no more, and what comes they are about from now on.
 * @param operatorId the one whose permissions count, or the host for those of all
 */
export async function touchedBy(db: Db, operatorId: string, changes: Changes): Promise<Touching> {
  const { renamed } = changes;
  const look = {
    removed: listed([...namesIn(changes.removed), ...renamed.map(({ from }) => from)]),
    added: listed([...namesIn(changes.added), ...renamed.map(({ to }) => to)]),
    moved: listed(namesIn(changes.moved)),
  };
  const seen = new Map<string, readonly Part[]>();
  const touched: Touched[] = [];
  let [steps, sinceTurn] = [0, 0];
  for await (const { text, ...owner } of permissionsOf(db, operatorId)) {
    let parts = seen.get(text);
    if (!parts) {
      const result = parse(text);
      const cost = result.ok ? costOf(result.document, look) : 0;
      if (steps + cost > most.steps) return { touched, isPart: true };
      steps += cost;
      sinceTurn += cost + text.length;
      parts = result.ok ? partsIn(result.document, look) : [];
      seen.set(text, parts);
      // Many large permissions must not keep everybody else waiting.
      if (sinceTurn > most.atOnce) {
        sinceTurn = 0;
        await nextTurn();
      }
    }
    for (const part of parts) {
      if (touched.length === most.touched) return { touched, isPart: true };
      touched.push({ ...owner, ...part });
    }
  }
  return { touched, isPart: false };
}

type Look = Readonly<Record<'removed' | 'added' | 'moved', Catalogue>>;
type Part = Omit<Touched, 'operatorId' | 'kind' | 'name'>;

function namesIn(operations: readonly { readonly operation: string }[]): string[] {
  return operations.map(({ operation }) => operation);
}

function listed(names: readonly string[]): Catalogue {
  return catalogueOf(names.map((name) => ({ name, pathVariables: [] })));
}

/** How many names its patterns are compared with, at most. */
function costOf({ statements }: PermissionDocument, look: Look): number {
  const patterns = statements.reduce((sum, { api }) => sum + api.length, 0);
  return patterns * Object.values(look).reduce((sum, { names }) => sum + names.length, 0);
}

function partsIn({ statements }: PermissionDocument, look: Look): Part[] {
  return statements.flatMap(({ effect, api }, at) =>
    api.flatMap(({ text: pattern }) => {
      const found = {
        removed: namesOf(look.removed, pattern),
        added: namesOf(look.added, pattern),
        moved: namesOf(look.moved, pattern),
      };
      const matches = found.removed.count + found.added.count + found.moved.count;
      return matches === 0 ? [] : [{ statement: at + 1, effect, pattern, ...found }];
    }),
  );
}

function namesOf(catalogue: Catalogue, pattern: string): Names {
  const found = matching(catalogue, pattern);
  return { count: found.length, first: found.slice(0, most.names).map(({ name }) => name) };
}

type Owned = Pick<Touched, 'operatorId' | 'kind' | 'name'> & { readonly text: string };

async function* permissionsOf(db: Db, operatorId: string): AsyncGenerator<Owned> {
  const operators = operatorId === ofHost ? await allOperators(db) : [operatorId];
  for (let at = 0; at < operators.length; at += most.operators) {
    yield* permissionsIn(db, operators.slice(at, at + most.operators));
  }
}

async function allOperators(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('operators').select('operator_id').orderBy('operator_id').execute();
  return rows.map((row) => row.operator_id);
}

async function* permissionsIn(db: Db, operators: readonly string[]): AsyncGenerator<Owned> {
  const defaults = await db
    .selectFrom('operators')
    .select(['operator_id', 'default_permissions'])
    .where('operator_id', 'in', operators)
    .where('default_permissions', '!=', '')
    .orderBy('operator_id')
    .execute();
  for (const row of defaults) {
    yield { operatorId: row.operator_id, kind: 'default', name: '', text: row.default_permissions };
  }
  const roles = await db
    .selectFrom('roles')
    .select(['operator_id', 'role_id', 'permission'])
    .where('operator_id', 'in', operators)
    .orderBy('operator_id')
    .orderBy('role_key')
    .execute();
  for (const row of roles) yield { operatorId: row.operator_id, kind: 'role', name: row.role_id, text: row.permission };
  const users = await db
    .selectFrom('users')
    .select(['operator_id', 'user_name', 'permission'])
    .where('operator_id', 'in', operators)
    .where('permission', '!=', '')
    .orderBy('operator_id')
    .orderBy('name_key')
    .execute();
  for (const row of users) {
    yield { operatorId: row.operator_id, kind: 'user', name: row.user_name, text: row.permission };
  }
}
