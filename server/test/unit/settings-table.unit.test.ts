import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { hostProgram } from '../../src/cli/program.ts';
import { credentialName, type Setting } from '../../src/config/setting.ts';
import { settings } from '../../src/config/settings.ts';

const file = join(import.meta.dirname, '../../../docs/configuration.md');
const all: Setting<unknown>[] = Object.values(settings);

/** Names on the page that are not read by the server: what a mistake looks like, and what Kubernetes writes. */
const notSettings = ['WARIFU_SERVICE_HOST'];

const program = hostProgram((code) => {
  throw new Error(`exit ${code}`);
});

/** The parts of the page that are made from the code, by the name in their marks. */
const parts: Record<string, string> = {
  settings: table(['variable', 'default', 'form', 'meaning'], all.map(rowOf)),
  commands: table(
    ['command', 'does'],
    leavesOf(program).map(({ path, command }) => [`\`${path}\``, command.description()]),
  ),
  secrets: table(
    ['secret', 'file', 'credential of systemd'],
    all.flatMap((setting) => (setting.secret === undefined ? [] : [secretRowOf(setting)])),
  ),
};

it('docs/configuration.md says what the settings and the commands say', () => {
  const page = readFileSync(file, 'utf8');
  const made = Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name}, made from server/src -->`, `<!-- end of ${name} -->`];
    const [before, after] = [text.split(begin)[0], text.split(end)[1]];
    expect([name, before, after]).toEqual([name, expect.any(String), expect.any(String)]);
    return `${before}${begin}\n\n${part}\n\n${end}${after}`;
  }, page);
  if (process.env.WARIFU_WRITE_SETTINGS) writeFileSync(file, made);
  expect(made).toBe(readFileSync(file, 'utf8'));
});

it('names no setting twice, and none by a name that another one derives', () => {
  const names = all.flatMap(({ name, secret }) => (secret === 'value' ? [name, `${name}_FILE`] : [name]));
  expect(names).toEqual([...new Set(names)]);
  const credentials = all.filter(({ secret }) => secret).map(credentialName);
  expect(credentials).toEqual([...new Set(credentials)]);
});

it('speaks of no setting on the page that there is not', () => {
  const names = all.flatMap(({ name }) => [name, `${name}_FILE`]);
  const page = readFileSync(file, 'utf8').matchAll(/`(WARIFU_[A-Z_]+)(?:=\w+)?`/g);
  const said = [...new Set([...page].map(([, name]) => name))];
  expect(said.length).toBeGreaterThan(15);
  expect(said.filter((name) => !names.includes(name as `WARIFU_${string}`))).toEqual(notSettings);
});

function leavesOf(at: Command, path = ''): { path: string; command: Command }[] {
  return at.commands.flatMap((command) => {
    const own = `${path} ${command.name()}`.trim();
    return command.commands.length === 0 ? [{ path: own, command }] : leavesOf(command, own);
  });
}

function rowOf({ name, default: standard, defaultForm, form, meaning }: Setting<unknown>): string[] {
  const text = typeof standard === 'string' && standard !== '' ? `\`${standard}\`` : 'none';
  return [`\`${name}\``, defaultForm ?? text, form, meaning];
}

function secretRowOf(setting: Setting<unknown>): string[] {
  const { name, secret } = setting;
  const variable = secret === 'file' ? name : `${name}_FILE`;
  return [`\`${name}\``, `\`${variable}\``, `\`${credentialName(setting)}\``];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row))].join('\n');
}
