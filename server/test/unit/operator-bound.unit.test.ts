import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { tablesOfNoOperator, unboundTables } from '../support/operator-bound.ts';

/** Statements are built here, never run. */
const db = new Kysely<Database>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (given) => new SqliteIntrospector(given),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** `startTestServer` holds every statement of every server test against this. */
describe('a statement names the operator', () => {
  const users = () => db.selectFrom('users').select('user_id');
  const joined = () =>
    db
      .selectFrom('users as u')
      .innerJoin('sessions as s', (join) =>
        join.onRef('s.operator_id', '=', 'u.operator_id').onRef('s.user_id', '=', 'u.user_id'),
      )
      .select('u.user_id');

  it('of each of its tables, by a value or by a join', () => {
    for (const statement of [
      users().where('operator_id', '=', 'OP1'),
      users().where('operator_id', 'in', ['OP1', 'OP2']).where('user_id', '=', 'root'),
      users().where((is) =>
        is.or([is('operator_id', '=', 'OP1').and('user_id', '=', 'a'), is('operator_id', '=', 'OP2')]),
      ),
      users().where((is) => is(is.refTuple('operator_id', 'user_id'), 'in', [is.tuple('OP1', 'root')])),
      joined().where('s.operator_id', '=', 'OP1'),
      users()
        .where('operator_id', '=', 'OP1')
        .where((is) =>
          is.exists(
            is.selectFrom('sessions').select('session_id').whereRef('sessions.operator_id', '=', 'users.operator_id'),
          ),
        ),
      db.insertInto('user_roles').values({ operator_id: 'OP1', user_id: 'a', role_id: 'r', attached_at: 0 }),
      db.updateTable('users').set({ description: '' }).where('operator_id', '=', 'OP1'),
      db.deleteFrom('sessions').where('operator_id', '=', 'OP1'),
      db.selectFrom('server_state').selectAll(),
    ]) {
      expect([statement.compile().sql, unboundTables(statement.toOperationNode())]).toEqual([expect.anything(), []]);
    }
  });

  it('or is found', () => {
    for (const [statement, tables] of [
      [users(), ['users']],
      [users().where('user_id', '=', 'a'), ['users']],
      [users().where('operator_id', '!=', 'OP1'), ['users']],
      [users().where((is) => is.or([is('operator_id', '=', 'OP1'), is('user_id', '=', 'a')])), ['users']],
      [joined(), ['sessions', 'users']],
      [
        db
          .selectFrom('users as u')
          .innerJoin('sessions as s', 's.user_id', 'u.user_id')
          .select('u.user_id')
          .where('u.operator_id', '=', 'OP1'),
        ['sessions'],
      ],
      [
        users().where('operator_id', '=', 'OP1').where('user_id', 'in', db.selectFrom('sessions').select('user_id')),
        ['sessions'],
      ],
      [db.updateTable('users').set({ description: '' }).where('user_id', '=', 'a'), ['users']],
      [db.deleteFrom('sessions').where('token_hash', '=', 'x'), ['sessions']],
    ] as const) {
      expect([statement.compile().sql, unboundTables(statement.toOperationNode())]).toEqual([
        expect.anything(),
        tables,
      ]);
    }
  });

  it('and the tables that have none are these', () => {
    expect([...tablesOfNoOperator].sort()).toEqual([
      'attempt_windows',
      'deferred_requests',
      'login_accounts',
      'server_state',
      'sign_ups',
    ]);
  });
});
