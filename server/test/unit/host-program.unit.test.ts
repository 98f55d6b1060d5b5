import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { bashCompletion, zshCompletion } from '../../src/cli/completion.ts';
import { hostProgram } from '../../src/cli/program.ts';

const program = hostProgram((code) => {
  throw new Error(`exit ${code}`);
});
const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '';
const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const all = leaves(program).map((command): [string, Command] => [pathOf(command), command]);

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe('the host command', () => {
  it.each(all)('%s has a help with examples that it can be told', (path, command) => {
    const examples = [...helpOf(command).matchAll(/^ {2}\$ (?:npx )?warifu (.*)$/gm)].map(([, typed = '']) => typed);
    expect(examples.length).toBeGreaterThan(0);
    for (const typed of examples) expect(typed).toMatch(new RegExp(`^${path}(?: |$)`));
    const options = examples.flatMap((typed) => [...typed.matchAll(/ (--[\w-]+)/g)].map(([, name]) => name));
    expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(options));
  });

  it.each(all)('%s prints JSON when it prints data', (path, command) => {
    // A stream of its own form, or a script; and what is taken away is not shown.
    const hasNone = /^(serve|completion|audit export|.* (revoke|remove))$/.test(path);
    expect(command.options.some(({ long }) => long === '--json')).toBe(!hasNone);
  });
});

describe('what is typed wrongly ends with 2 and says how it is typed', () => {
  it.each([
    ['foo', "unknown command 'foo'"],
    ['operatr', 'Did you mean operator?'],
    ['operator creat', 'Did you mean create?'],
    ['serve now', "too many arguments for 'serve'"],
    ['config print --jsn', 'Did you mean --json?'],
    ['operator create --email a@example.com --password-stdin --lang fr', 'Allowed choices are ja, en'],
    ['completion fish', 'Allowed choices are bash, zsh'],
    ['break-glass mfa --operator OP0000000001', "'--reason <text>' not specified"],
    ['db', 'warifu db [options] [command]'],
  ])('%s', async (typed, message) => {
    let said = '';
    const own = hostProgram((code) => {
      throw new Error(`exit ${code}`);
    });
    for (const command of [own, ...own.commands, ...own.commands.flatMap(({ commands }) => commands)])
      command.configureOutput({ writeErr: (part) => (said += part) });
    await expect(own.parseAsync(typed.split(' '), { from: 'user' })).rejects.toThrow('exit 2');
    expect(said).toContain(message);
  });
});

describe('its completion', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-completion-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const env = { PATH: process.env.PATH, HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8' };

  /** What bash offers for a line, by the script that was sourced. */
  const offered = (line: string): string[] => {
    const words = line.split(' ');
    const driver = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _warifu; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const script = put('warifu.bash', bashCompletion(program));
    const output = execFileSync('bash', ['--norc', '-uc', driver, 'bash', script, ...words], { env, encoding: 'utf8' });
    return output.split('\n').filter((word) => word !== '');
  };

  it.each([
    ['warifu ope', ['operator']],
    ['warifu operator ', ['create', 'list', 'help', '--help']],
    ['warifu operator create --l', ['--lang']],
    ['warifu operator create --lang ', ['ja', 'en']],
    ['warifu operator create --email list --pass', ['--password-stdin']],
    ['warifu completion ', ['bash', 'zsh', '--help']],
    ['warifu config print --show', ['--show-secrets']],
    ['warifu break-glass mfa --reason ', []],
    ['warifu nothing', []],
  ])('in bash: %s', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it('in bash, of every command, offers each option', () => {
    for (const [path, command] of all) {
      const options = command.options.map(({ long }) => long);
      expect(offered(`warifu ${path} --`)).toEqual(expect.arrayContaining(options));
    }
  });

  it('in zsh, as a person at a terminal sees it', () => {
    const script = put('_warifu', zshCompletion(program));
    put(
      '.zshrc',
      `PS1='> '; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D; source ${script}
warifu() { print -r -- "TOLD:$*;" }
print READY`,
    );
    const lines = ['operator cr', 'operator create --la', 'config ch', 'break-glass m', 'audit verify --js'];
    // Each line is typed with the Tab key, then Enter; what the shell then runs says what was completed.
    const typed = lines.map(
      (line) => `zpty -w z $'warifu ${line}\\t'; zpty -r -m z line '*TOLD:*;*'; print -r -- $line`,
    );
    const driver = `zmodload zsh/zpty; zpty z zsh -i; zpty -r -m z line '*READY*'; ${typed.join('; ')}; zpty -d z`;
    const output = execFileSync('zsh', ['-f', '-c', driver], { env, encoding: 'utf8', timeout: 20_000 });
    expect([...output.matchAll(/TOLD:([^;$*]*);/g)].map(([, told]) => told?.trim())).toEqual([
      'operator create',
      'operator create --lang',
      'config check',
      'break-glass mfa',
      'audit verify --json',
    ]);
  });
});
