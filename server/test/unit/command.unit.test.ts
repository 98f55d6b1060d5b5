import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { commandName } from '../../src/command.ts';
import { readConfig } from '../../src/config/config.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, 'server/src/cli/warifu.js');
const folder = mkdtempSync(join(tmpdir(), 'warifu-command-'));
const made = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('the name of the host command', () => {
  const installed = made('bin');
  symlinkSync(program, join(installed, 'warifu'));
  const another = made('another');
  writeFileSync(join(another, 'warifu'), '#!/bin/sh\n', { mode: 0o755 });
  const ofNpm = made('checkout/node_modules/.bin');
  symlinkSync(program, join(ofNpm, 'warifu'));

  it('is its own where a shell finds this very program', () => {
    expect(commandName([another, installed].join(delimiter))).toBe('warifu');
  });

  it.each([
    ['no program', ''],
    ['folders that are not there', join(folder, 'none')],
    ['another program of the name', another],
    ['a folder that only npm searches', ofNpm],
  ])('is the one of a checkout with %s', (_, path) => {
    expect(commandName(path)).toBe('npx warifu');
  });

  it('is what pages are told, and what the help of the command says', () => {
    expect(readConfig({ PATH: installed }).command).toBe('warifu');
    const help = (path: string) =>
      execFileSync(process.execPath, [join(root, 'server/src/cli/warifu.ts'), 'break-glass', 'mfa', '--help'], {
        env: { PATH: path },
        encoding: 'utf8',
      });
    expect(help('')).toContain('Usage: npx warifu break-glass mfa');
    expect(help(installed)).toContain('Usage: warifu break-glass mfa');
  });
});

describe('commands in texts', () => {
  const commands = /(?<!npx |exec warifu |\/bin\/)\bwarifu (?:setup-link|audit verify|break-glass|operator create)/;

  it.each(globSync(['README*.md', 'docs/*.md', 'docs/guides/**/*.md'], { cwd: root }))(
    '%s: as in a checkout',
    (path) => {
      expect(readFileSync(join(root, path), 'utf8')).not.toMatch(commands);
    },
  );

  it('no page and no mail has the name of the command in it', () => {
    const sources = globSync(['console/src/**/*.{ts,tsx}', 'server/src/**/*.ts', 'contract/src/*.ts'], { cwd: root });
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.filter((path) => commands.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });
});
