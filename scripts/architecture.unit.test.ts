import { describe, expect, test } from 'vitest';
import { type Finding, judge, type Rule } from './architecture/rules.ts';
import { listSources, readSource, scan } from './architecture/sources.ts';
import { exceeding, readable, tolerating } from './architecture/tolerance.ts';
import { tolerated } from './architecture/tolerated.ts';
import { root } from './processes.ts';

const findings = (files: Record<string, string>) =>
  judge(Object.entries(files).map(([path, text]) => scan(path, text)));
const problems = (files: Record<string, string>) => findings(files).map(({ problem }) => problem);

describe('the sources', () => {
  const sources = listSources(root).map((path) => readSource(root, path));

  test('are seen by the scanner', () => {
    expect(sources.length).toBeGreaterThan(250);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(800);
    expect(sources.flatMap(({ writes }) => writes).length).toBeGreaterThan(50);
    expect(sources.flatMap(({ functions }) => functions).length).toBeGreaterThan(1000);
    expect(sources.flatMap(({ tables }) => tables).length).toBeGreaterThan(15);
  });

  test('keep the rules of the architecture', () => {
    const left = exceeding(judge(sources), tolerated);
    expect(left.length, `\n\n${readable(left)}\n\n`).toBe(0);
  });
});

/** Path, text, and the problem of the one finding; none when it is empty. */
type Case = [path: string, text: string, problem: string];

function catches(rule: Rule, cases: readonly Case[]): void {
  describe(`the rule "${rule}"`, () => {
    test.each(cases)('%s: %s', (path, text, problem) => {
      const found = findings({ [path]: text }).map((finding) => [finding.rule, finding.problem]);
      expect(found).toEqual(problem === '' ? [] : [[rule, problem]]);
    });
  });
}

catches('import', [
  ['policy/src/a.ts', `import 'node:fs';`, 'policy imports node:fs'],
  ['contract/src/a.ts', `import { x } from '@warifu/policy';`, 'contract imports @warifu/policy'],
  ['client/src/a.ts', `import { x } from '@warifu/contract';`, 'only contract.ts of the client imports the contract'],
  ['client/src/contract.ts', `import { x } from '@warifu/contract';`, ''],
  ['client/src/hono.ts', `import type { Context } from 'hono'; import { jwtVerify } from 'jose';`, ''],
  ['client/src/hono.ts', `import { Hono } from 'hono';`, 'client imports hono'],
  ['client/src/a.ts', `import { createHash } from 'node:crypto';`, 'client imports node:crypto'],
  ['console/src/a.tsx', `import { x } from '../../server/src/app.ts';`, 'console imports ../../server/src/app.ts'],
  ['server/src/sessions/a.ts', `import { db } from '../db/a.ts'; import '../sessions/b.ts';`, ''],
  [
    'server/src/db/a.ts',
    `import type { M } from '../sessions/a.ts';`,
    'imports sessions/a.ts: sessions stands below db',
  ],
  ['server/src/db/a.ts', `type M = import('../sessions/a.ts').M;`, 'imports sessions/a.ts: sessions stands below db'],
  ['server/src/db/a.ts', `export * from '../sessions/a.ts';`, 'imports sessions/a.ts: sessions stands below db'],
  [
    'server/src/users/routes.ts',
    `import { step } from '../sign-in/step-up.ts';`,
    'imports sign-in/step-up.ts: sign-in stands below users',
  ],
  ['server/src/users/routes.ts', `import '../http/handle.ts'; import '../sessions/a.ts';`, ''],
  [
    'server/src/users/a.ts',
    `import type { h } from '../http/handle.ts';`,
    'imports http/handle.ts: http/ is for routes.ts, app, cli, main',
  ],
  ['server/src/http/a.ts', `import '../sessions/a.ts';`, ''],
  ['server/src/http/a.ts', `import '../users/routes.ts';`, 'imports users/routes.ts: routes.ts is for app'],
  ['server/src/app.ts', `import './users/routes.ts'; import './http/handle.ts';`, ''],
  ['server/src/jobs.ts', `import './users/routes.ts';`, 'imports users/routes.ts: routes.ts is for app'],
  ['server/src/users/a.ts', `import './routes.ts';`, 'imports users/routes.ts: routes.ts is for app'],
  ['server/src/users/a.ts', `import { app } from '../app.ts';`, 'imports app.ts: app puts the server together'],
  ['server/src/users/a.ts', `import { limits } from '../limits.ts';`, ''],
  ['server/src/context.ts', `import type { Db } from './db/database.ts';`, ''],
  [
    'server/src/context.ts',
    `import type { U } from './users/a.ts';`,
    'imports users/a.ts: context may only import crypto, db',
  ],
  ['server/src/users/a.ts', `await import(name);`, 'imports a path that is only known at run time'],
  ['server/src/users/a.ts', `import '../../../scripts/a.ts';`, 'server imports ../../../scripts/a.ts'],
  ['server/src/users/a.ts', `import { h } from 'node:crypto';`, 'only crypto/ may import node:crypto'],
  ['server/src/crypto/a.ts', `import { h } from 'node:crypto';`, ''],
  [
    'server/src/users/a.ts',
    `import pg from 'pg';`,
    'only db/database, db/postgres, db/postgres-pool, db/sqlite, db/sqlite-driver, db/sqlite-groups, db/sqlite-statements may import the driver pg',
  ],
  ['server/src/users/a.unit.test.ts', `import '../app.ts'; import 'pg';`, ''],
]);

catches('place', [
  ['server/src/odd/a.ts', `import '../users/a.ts';`, 'has no place'],
  ['server/src/odd.ts', '', 'has no place'],
]);

catches('owner', [
  ['server/src/users/a.ts', `db.insertInto('users'); db.selectFrom('roles');`, ''],
  ['server/src/roles/a.ts', `db.insertInto('users');`, `insertInto('users'): users writes it`],
  ['server/src/roles/a.ts', `db.updateTable('users as u');`, `updateTable('users'): users writes it`],
  ['server/src/server.ts', `db.deleteFrom('users');`, `deleteFrom('users'): users writes it`],
  ['server/src/users/a.ts', `db.deleteFrom(table);`, 'deleteFrom of a table whose name is not written out'],
  ['server/src/users/a.ts', `db.insertInto('odd');`, `insertInto('odd'): nobody owns it`],
  ['server/src/users/a.ts', 'sql`update users set x = 1`;', 'writes with text as SQL'],
  ['server/src/db/migrations/0001.ts', `db.insertInto('users');`, ''],
  ['server/src/db/schema.ts', `type Database = { users: Users; odd: Odd };`, 'odd has no owner in layout.ts'],
  ['server/test/a.ts', `db.insertInto('users');`, ''],
]);

catches('routes', [
  ['server/src/users/routes.ts', `db.selectFrom('users');`, 'calls selectFrom'],
  ['server/src/users/routes.ts', `db.selectFrom(table);`, 'calls selectFrom'],
  ['server/src/users/routes.ts', `db.updateTable('users');`, 'calls updateTable'],
  ['server/src/users/routes.ts', `ctx.db.transaction().execute(work);`, 'calls transaction'],
  ['server/src/users/routes.ts', `import { transaction } from '../db/database.ts';`, 'imports transaction'],
  ['server/src/users/routes.ts', `import type { Kysely } from 'kysely';`, 'imports kysely'],
  ['server/src/users/users.ts', `import { transaction } from '../db/database.ts'; import 'kysely';`, ''],
]);

catches('parameters', [
  ['server/src/users/a.ts', 'function f(a: A, b: B, c: C, d: D) {}', ''],
  ['server/src/users/a.ts', 'function f(a: A, b: B, c: C, d: D, e: E) {}', 'f has 5'],
  ['policy/src/a.ts', 'const f = (a: A, b: B, c: C, d: D, ...e: E[]) => 1;', 'f has 5'],
  ['console/src/a.ts', 'function f(a: A, b: B, c: C, d: D, e: E) {}', ''],
]);

catches('status', [
  ['server/src/users/a.ts', 'const x = { statusCode: 204 };', 'a status code as a number'],
  ['server/src/users/a.ts', 'const x = { statusCode: a ? 200 : b };', 'a status code as a number'],
  ['server/src/users/a.ts', 'const x = { statusCode: 204 as const };', 'a status code as a number'],
  [
    'server/src/users/a.ts',
    'const x = { statusCode, ...{ statusCode: cause.status } }; type T = { statusCode: 204 };',
    '',
  ],
  ['server/src/change/a.ts', 'const x = { statusCode: 204 };', ''],
  ['server/src/http/a.ts', 'const x = { statusCode: 204 };', ''],
]);

catches('outside', [
  ['server/src/users/a.ts', 'const now = Date.now();', 'reads the clock (Date.now)'],
  ['server/src/users/a.ts', 'const now = new Date();', 'reads the clock (new Date)'],
  ['server/src/users/a.ts', 'const now = new Date;', 'reads the clock (new Date)'],
  ['server/src/users/a.ts', 'const now = Date();', 'reads the clock (Date)'],
  ['server/src/users/a.ts', 'const then = new Date(ms); // Date.now()', ''],
  ['server/src/users/a.ts', 'const text = `${Date.now()}`;', 'reads the clock (Date.now)'],
  ['policy/src/a.ts', 'const x = process.env.X;', 'reads the environment (process.env)'],
  ['server/src/users/a.ts', 'const { env } = process;', 'reads the environment (process.env)'],
  ['server/src/users/a.ts', `import { env } from 'node:process';`, 'reads the environment (process.env)'],
  ['contract/src/a.ts', 'const x = Math.random();', 'reads randomness (Math.random)'],
  ['server/src/users/a.ts', 'globalThis.crypto.randomUUID();', 'reads randomness (the global crypto)'],
  ['server/src/crypto/a.ts', 'crypto.randomUUID();', ''],
  ['server/src/cli/serve.ts', 'const x = process.env.X; import "../server.ts";', ''],
]);

test('a file that is too long is caught', () => {
  expect(problems({ 'policy/src/a.ts': 'x();\n'.repeat(350) })).toEqual([]);
  expect(problems({ 'policy/src/a.ts': 'x();\n'.repeat(351) })).toEqual(['351 lines']);
});

test('two folders that import each other are caught, once, types and routes.ts included', () => {
  const files = {
    'server/src/sessions/a.ts': `import type { U } from '../users/b.ts'; import '../users/c.ts';`,
    'server/src/users/routes.ts': `import '../sessions/b.ts'; import '../http/a.ts';`,
    'server/src/http/a.ts': `import '../users/b.ts';`,
  };
  const pairs = findings(files).filter(({ rule }) => rule === 'pair');
  expect(pairs.map(({ path, problem }) => [path, problem])).toEqual([
    ['server/src/sessions', 'sessions and users import each other'],
  ]);
});

describe('a circle of imports', () => {
  const ring = (folder: string) => ({
    [`${folder}/a.ts`]: `import './b.ts';`,
    [`${folder}/b.ts`]: `import { type C } from './c.ts';`,
    [`${folder}/c.ts`]: `export * from './a.ts';`,
    [`${folder}/d.ts`]: `import './b.ts';`,
  });

  test('is caught at each of its files, types included', () => {
    expect(problems(ring('policy/src'))).toEqual([
      'policy/src/a.ts → policy/src/b.ts → policy/src/c.ts → policy/src/a.ts',
      'policy/src/b.ts → policy/src/c.ts → policy/src/a.ts → policy/src/b.ts',
      'policy/src/c.ts → policy/src/a.ts → policy/src/b.ts → policy/src/c.ts',
    ]);
  });

  test('is none in the console when types close it', () => {
    expect(problems(ring('console/src'))).toEqual([]);
    const code = { 'console/src/a.ts': `import './b.ts';`, 'console/src/b.ts': `import('./a.ts');` };
    expect(problems(code)).toHaveLength(2);
  });
});

describe('what is tolerated', () => {
  const finding = (line: number): Finding => ({ rule: 'status', path: 'a.ts', line, problem: 'x' });
  const two = [finding(1), finding(2)];

  test('is no finding while it is exactly that many', () => {
    expect(exceeding(two, { status: { 'a.ts': 2 } })).toEqual([]);
    expect(exceeding(two, tolerating(two))).toEqual([]);
  });

  test('hides nothing when there is more, and nothing of another rule or file', () => {
    expect(exceeding(two, { status: { 'a.ts': 1 } })).toEqual(two);
    expect(exceeding(two, { lines: { 'a.ts': 2 } })).toContainEqual(finding(1));
    expect(exceeding(two, { status: { 'b.ts': 2 } })).toContainEqual(finding(2));
  });

  test('is itself a finding when there is less', () => {
    const stale = exceeding([finding(1)], { status: { 'a.ts': 2 }, lines: { 'b.ts': 1 } });
    expect(stale.map(({ rule, path, problem }) => [rule, path, problem])).toEqual([
      ['tolerated', 'a.ts', 'status: 2 tolerated, 1 there'],
      ['tolerated', 'b.ts', 'lines: 1 tolerated, 0 there'],
    ]);
  });

  test('is told by rule, with the place of each finding', () => {
    expect(readable(two)).toBe('The status of an answer comes from its operation (2):\n  a.ts:1  x\n  a.ts:2  x');
  });
});
