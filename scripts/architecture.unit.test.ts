import { describe, expect, test } from 'vitest';
import { type Finding, judge } from './architecture/rules.ts';
import { listSources, readSource, scan } from './architecture/sources.ts';
import { root } from './processes.ts';

const show = ({ path, line, problem }: Finding) => `${path}:${line}: ${problem}`;
const problems = (files: Record<string, string>) =>
  judge(Object.entries(files).map(([path, text]) => scan(path, text))).map((finding) => finding.problem);

describe('the sources', () => {
  const sources = listSources(root).map((path) => readSource(root, path));

  test('are seen by the scanner', () => {
    expect(sources.length).toBeGreaterThan(250);
    expect(sources.flatMap((source) => source.imports).length).toBeGreaterThan(800);
  });

  test('keep the directions of the architecture', () => {
    expect(judge(sources).map(show)).toEqual([]);
  });
});

describe('the scanner', () => {
  test('finds every form of import, and none in comments and strings', () => {
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
        `import {\n  many,\n  lines,\n} from './h.ts';`,
      ].join('\n'),
    );
    expect(imports.map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
      '1 ./a.ts',
      '2 c',
      '3 ./d.ts',
      '3 e',
      '4 ./f.ts',
      '4 ./g.ts',
      '8 ./h.ts',
    ]);
    expect(imports.filter((found) => found.typeOnly).map((found) => found.specifier)).toEqual(['c', './g.ts']);
  });

  test('is not led astray by regular expressions, templates and quotes in text', () => {
    const { code, imports } = scan(
      'a.tsx',
      `const r = /['"\`]/; const q = a / b / c;\nconst t = \`\${\`\${Date.now()}\`} it's\`;\n<p>don't</p>\nimport './b.ts';`,
    );
    expect(code).toContain('Date.now()');
    expect(imports.map((found) => found.specifier)).toEqual(['./b.ts']);
  });
});

describe('a violation is caught', () => {
  test.each<[string, string, string]>([
    ['policy/src/a.ts', `import 'node:fs';`, 'policy imports node:fs'],
    ['contract/src/a.ts', `import { x } from '@warifu/policy';`, 'contract imports @warifu/policy'],
    ['console/src/a.tsx', `import { x } from '../../server/src/app.ts';`, 'console imports ../../server/src/app.ts'],
    [
      'server/src/db/a.ts',
      `import type { M } from '../mfa/totp.ts';`,
      'db/a.ts imports mfa/totp.ts: mfa comes after db',
    ],
    [
      'server/src/mfa/a.ts',
      `import { h } from '../http/bind.ts';`,
      'mfa/a.ts imports http/bind.ts: http/ is for routes.ts, app and main',
    ],
    ['server/src/mfa/a.ts', `import { r } from './routes.ts';`, ''],
    [
      'server/src/mfa/a.ts',
      `import { r } from '../roles/routes.ts';`,
      'mfa/a.ts imports roles/routes.ts: routes are for app',
    ],
    ['server/src/mfa/a.ts', `import { h } from 'node:crypto';`, 'only crypto/ and mfa/totp.ts may import node:crypto'],
    [
      'server/src/mfa/a.ts',
      `import pg from 'pg';`,
      'only db/database, db/sqlite, db/postgres may import the driver pg',
    ],
    ['server/src/mfa/a.ts', `import { app } from '../app.ts';`, 'mfa/a.ts imports app.ts: only the edge may'],
    ['server/src/mfa/a.ts', 'const now = Date.now();', 'reads the clock (Date.now)'],
    ['server/src/mfa/a.ts', 'const now = new Date();', 'reads the clock (new Date)'],
    ['server/src/mfa/a.ts', 'const then = new Date(ms);', ''],
    ['server/src/mfa/a.ts', 'const x = process.env.X;', 'reads the environment (process.env)'],
    ['server/src/mfa/a.ts', 'const x = Math.random();', 'reads randomness (Math.random)'],
    ['server/src/main.ts', 'const x = process.env.X; import "./app.ts";', ''],
    ['server/src/mfa/routes.ts', `import '../http/bind.ts'; import '../mfa/lifecycle.ts';`, ''],
    ['server/src/odd/a.ts', `import '../db/schema.ts';`, 'odd/a.ts has no place in the order of folders'],
  ])('%s: %s', (path, text, problem) => {
    expect(problems({ [path]: text })).toEqual(problem === '' ? [] : [problem]);
  });

  test('a file that is too long', () => {
    expect(problems({ 'policy/src/a.ts': 'x();\n'.repeat(351) })).toEqual(['351 lines, at most 350']);
  });

  test('a ring of imports', () => {
    expect(
      problems({
        'policy/src/a.ts': `import './b.ts';`,
        'policy/src/b.ts': `import { c } from './c.ts'; import type { D } from './d.ts';`,
        'policy/src/c.ts': `export * from './a.ts';`,
        'policy/src/d.ts': `import './b.ts';`,
      }),
    ).toEqual(['import cycle: policy/src/a.ts → policy/src/b.ts → policy/src/c.ts → policy/src/a.ts']);
  });
});
