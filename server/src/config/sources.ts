import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '@warifu/policy';
import { serviceLinks } from './kubernetes.ts';
import { ConfigError, credentialName, type Environment, type Setting } from './setting.ts';

/** Where a value came from; `place` is the variable, the file, or the key in a file. */
export type Origin = {
  readonly kind: 'default' | 'environment' | 'file' | 'secret file' | 'credential';
  readonly place: string;
};

/** What was written for a setting, and what messages call it. */
export type Given = { readonly text: string; readonly name: string; readonly origin: Origin };

/** Gives what a place says by a name such as `WARIFU_PORT`; undefined when it is empty or absent. */
type Place = (name: string) => Given | undefined;

/** Gives what was written for a setting, wherever that is. */
export type Sources = (setting: Setting<unknown>) => Given | undefined;

/**
 * The places in which settings are looked for; of two the first wins.
 * @returns with what is wrong with the places themselves: names that are no settings
 */
export function sourcesOf(env: Environment, table: readonly Setting<unknown>[]): [Sources, ConfigError[]] {
  const places = [environment(env)];
  const sources: Sources = (setting) => {
    for (const place of places) {
      const given = inPlace(place, setting);
      if (given !== undefined) return given;
    }
    return setting.secret && credential(env, setting);
  };
  return [sources, unknownNames(env, table)];
}

/** The names that stand for a setting: its own, and of a secret also that of a file that holds it. */
function namesOf({ name, secret }: Setting<unknown>): string[] {
  return secret === 'value' ? [name, `${name}_FILE`] : [name];
}

function environment(env: Environment): Place {
  const own = withoutLinks(env);
  return (name) => {
    const text = own[name] ?? '';
    return text === '' ? undefined : { text, name, origin: { kind: 'environment', place: name } };
  };
}

/** @throws ConfigError when value and file are both given, or the file cannot be read; without what it holds */
function inPlace(place: Place, setting: Setting<unknown>): Given | undefined {
  const value = place(setting.name);
  const file = setting.secret === 'value' ? place(`${setting.name}_FILE`) : undefined;
  if (value && file) throw new ConfigError(`Set ${value.name} or ${file.name}, not both.`);
  if (!file) return value;
  return { text: lineOf(file.name, file.text), name: setting.name, origin: { kind: 'secret file', place: file.text } };
}

/** What systemd (`LoadCredential=`) or its like has put there. */
function credential(env: Environment, setting: Setting<unknown>): Given | undefined {
  const { CREDENTIALS_DIRECTORY: folder = '' } = env;
  const file = join(folder, credentialName(setting));
  if (folder === '' || !existsSync(file)) return undefined;
  const text = setting.secret === 'file' ? file : lineOf('CREDENTIALS_DIRECTORY', file);
  return { text, name: setting.name, origin: { kind: 'credential', place: file } };
}

function lineOf(name: string, file: string): string {
  const text = read(name, file).replace(/\r?\n$/, '');
  if (text === '' || /[\r\n]/.test(text)) throw new ConfigError(`${name}: ${file} must hold one line, the value.`);
  return text;
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${name}: ${file} cannot be read (${code}).`, { cause: error });
  }
}

function withoutLinks(env: Environment): Environment {
  const links = serviceLinks(env);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !links.includes(name)));
}

function unknownNames(env: Environment, table: readonly Setting<unknown>[]): ConfigError[] {
  const known = table.flatMap(namesOf);
  const unknown = Object.keys(withoutLinks(env)).filter((name) => name.startsWith('WARIFU_') && !known.includes(name));
  return unknown.map((name) => {
    const [meant] = nearest(name, known);
    const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
    return new ConfigError(`${name} is not a setting.${question} All settings: docs/configuration.md`);
  });
}
