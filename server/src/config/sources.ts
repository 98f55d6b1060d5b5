import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { nearest } from '@warifu/policy';
import { assertPrivate, fileOf } from './file.ts';
import { serviceLinks } from './kubernetes.ts';
import {
  ConfigError,
  credentialName,
  type Environment,
  type Given,
  namesOf,
  type Place,
  type Setting,
} from './setting.ts';
import { readLine } from './text-file.ts';

/** Gives what was written for a setting, wherever that is. */
export type Sources = (setting: Setting<unknown>) => Given | undefined;

/**
 * The places in which settings are looked for: the environment, the configuration file, credentials. Of two the first
 * wins.
 * @param configFile the setting that names the file
 * @returns with what is wrong with the places themselves, such as names that are no settings
 * @throws ConfigError when the configuration file cannot be read
 */
export function sourcesOf(
  env: Environment,
  table: readonly Setting<unknown>[],
  configFile: Setting<string | undefined>,
): [Sources, ConfigError[]] {
  const variables = environment(env);
  const faults = unknownNames(env, table);
  const places = [variables];
  const named = variables(configFile.name);
  if (named) {
    const path = resolve(named.text);
    const file = fileOf(configFile.name, path, table);
    if (!isGuarded(env, path)) assertPrivate(path, file.place, table);
    places.push(file.place);
    faults.push(...file.faults);
  }
  const sources: Sources = (setting) => {
    for (const place of places) {
      const given = inPlace(place, setting);
      if (given !== undefined) return given;
    }
    return setting.secret && credential(env, setting);
  };
  return [sources, faults];
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
  return {
    text: readLine(file.name, file.text),
    name: setting.name,
    origin: { kind: 'secret file', place: file.text },
  };
}

/** What systemd (`LoadCredential=`) or its like has put there. */
function credential(env: Environment, setting: Setting<unknown>): Given | undefined {
  const { CREDENTIALS_DIRECTORY: folder = '' } = env;
  const file = join(folder, credentialName(setting));
  if (folder === '' || !existsSync(file)) return undefined;
  const text = setting.secret === 'file' ? file : readLine('CREDENTIALS_DIRECTORY', file);
  return { text, name: setting.name, origin: { kind: 'credential', place: file } };
}

/** Whether a service manager keeps others away from a file, whatever its mode says. */
function isGuarded({ CREDENTIALS_DIRECTORY: folder = '' }: Environment, path: string): boolean {
  return folder !== '' && path.startsWith(resolve(folder) + sep);
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
