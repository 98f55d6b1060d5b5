import { describe, expect, test } from 'vitest';
import { scan } from './sources.ts';

describe('imports', () => {
  const { imports } = scan(
    'a.ts',
    [
      `import a, { b } from './a.ts';`,
      `import type { C } from "c";`,
      `import './d.ts'; const e = await import('e');`,
      `export * from './f.ts'; export { type G } from './g.ts';`,
      `// import x from 'x';`,
      `/* import y from 'y'; */ const z = "import z from 'z'";`,
      'const t = `import u from "u" ${v("w")}`;',
      `import {\n  many,\n  type Lines,\n} from './h.ts';`,
      `type I = import('./i.ts').I; import * as k from './k.ts';`,
      `const r = /['"\`]/; const l = import(name);`,
      `import { type M, type N } from './m.ts'; export type * from './o.ts';`,
    ].join('\n'),
  );

  test('are found in every form with their lines, and none in comments and texts', () => {
    expect(imports.map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
      '1 ./a.ts',
      '2 c',
      '3 ./d.ts',
      '3 e',
      '4 ./f.ts',
      '4 ./g.ts',
      '8 ./h.ts',
      '12 ./i.ts',
      '12 ./k.ts',
      '13 (computed)',
      '14 ./m.ts',
      '14 ./o.ts',
    ]);
  });

  test('are told from imports of types alone', () => {
    const types = imports.filter(({ typeOnly }) => typeOnly).map(({ specifier }) => specifier);
    expect(types).toEqual(['c', './g.ts', './i.ts', './m.ts', './o.ts']);
  });

  test('say what they take', () => {
    const named = new Map(imports.map(({ specifier, names }) => [specifier, names]));
    expect(named.get('./a.ts')).toEqual(['default', 'b']);
    expect(named.get('./h.ts')).toEqual(['many', 'Lines']);
    expect(named.get('./k.ts')).toEqual(['*']);
  });
});

test('a text that is not TypeScript is refused, not passed over', () => {
  expect(() => scan('a.ts', 'const = 1;')).toThrow('a.ts cannot be read');
});

describe('statements', () => {
  const writes = (text: string) => scan('a.ts', text).writes.map(({ verb, table, line }) => ({ [verb]: table, line }));

  test.each<[string, string, string | undefined]>([
    ['a text', `db.deleteFrom('users')`, 'users'],
    ['an alias', `db.deleteFrom('users as u')`, 'users'],
    ['a template without holes', 'db.deleteFrom(`users`)', 'users'],
    ['a constant', `const table = 'users' as const; db.deleteFrom(table)`, 'users'],
    ['a computed method', `db['deleteFrom']('users')`, 'users'],
    ['a variable', `let table = 'users'; db.deleteFrom(table)`, undefined],
    ['a loop', `for (const table of tables) db.deleteFrom(table)`, undefined],
    ['a template with holes', 'db.deleteFrom(`${a}`)', undefined],
    ['a parameter that hides a constant', `const t = 'users'; (t: Table) => db.deleteFrom(t)`, undefined],
    ['a part that hides a constant', `const t = 'users'; ({ a: [t] }: X) => db.deleteFrom(t)`, undefined],
  ])('name their table by %s', (_, text, table) => {
    expect(writes(text)).toEqual([{ deleteFrom: table, line: 1 }]);
  });

  test('are found on the line of their verb', () => {
    expect(writes(`await db\n  .insertInto('users')\n  .values(row);\ndb.updateTable('roles');`)).toEqual([
      { insertInto: 'users', line: 2 },
      { updateTable: 'roles', line: 4 },
    ]);
  });

  test('read by queries, lists and joins', () => {
    const { reads } = scan('a.ts', `db.selectFrom(['users as u', 'roles']).innerJoin('emails', 'a', 'b')`);
    expect(reads.map(({ table }) => table).sort()).toEqual(['emails', 'roles', 'users']);
  });

  test('written as text are seen', () => {
    expect(scan('a.ts', 'sql`select 1`;\nsql`\n  DELETE FROM users`;').rawWrites).toEqual([2]);
  });
});

test('functions of every form are counted with their names', () => {
  const text = `
function one(a: A, { b, c }: B) {}
const two = (a: A, b = 1, ...rest: R[]) => {};
const o = { three(this: O, a: A) {}, 'fo-ur': async function (a: A) {} };
class K { constructor(private a: A) {} five = () => 1; }
run((a: A) => a);
type T = (a: A, b: B, c: C, d: D, e: E) => void;`;
  const found = scan('a.ts', text).functions.map(({ name, parameters, line }) => `${line} ${name} ${parameters}`);
  expect(found.sort()).toEqual([
    '2 one 2',
    '3 two 3',
    '4 fo-ur 1',
    '4 three 1',
    '5 constructor 1',
    '5 five 0',
    '6 (unnamed) 1',
  ]);
});
