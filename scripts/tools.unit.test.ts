import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capture, root, tool } from './processes.ts';

// A tool that is set up wrongly finds nothing and passes. These are sources in which it must find something.
describe('the lint with types', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'warifu-lint-'));
    const compilerOptions = { strict: true, noEmit: true, target: 'es2024', module: 'nodenext' };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['no-floating-promises', 'export async function f() {}\nf();\n'],
    ['no-misused-promises', 'export const f = async () => true;\nif (f()) process.exit();\n'],
    ['no-explicit-any', 'export const a: any = 1;\n'],
    ['no-unsafe-return', 'export const f = (text: string): string => JSON.parse(text);\n'],
    ['eqeqeq', 'export const same = (a: string, b: string) => a == b;\n'],
    ['no-unused-vars', 'const unused = 1;\n'],
  ])('finds %s', async (rule, text) => {
    writeFileSync(join(folder, 'sample.ts'), text);
    const args = ['--type-aware', '-c', join(root, '.oxlintrc.json'), folder];
    const { code, output } = await capture(...tool('oxlint/bin/oxlint', args));
    expect(output).toContain(rule);
    expect(code).toBe(1);
  });
});
