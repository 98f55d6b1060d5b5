import { extname } from 'node:path';
import { nearest } from '@warifu/policy';
import { parse, TomlError } from 'smol-toml';
import { isOpenToOthers } from '../crypto/private-file.ts';
import { redacted } from './redact.ts';
import { ConfigError, type Given, keyOf, namesOf, type Place, type Setting } from './setting.ts';
import { readText } from './text-file.ts';

type Table = readonly Setting<unknown>[];
type File = { readonly path: string; readonly text: string };

/**
 * A configuration file, TOML or JSON: keys are the names of settings in small letters, without `WARIFU_`.
 * @param name of the setting that names the file
 * @returns what it says by the name of a setting, and all that is wrong with it
 * @throws ConfigError when it cannot be read at all; SECURITY: without what it holds
 */
export function fileOf(name: string, path: string, table: Table): { place: Place; faults: ConfigError[] } {
  const file = { path, text: readText(name, path) };
  const given = new Map<string, Given>();
  const faults: ConfigError[] = [];
  for (const [key, value] of Object.entries(parsed(name, file))) {
    try {
      const [setting, variable] = settingOf(key, file, table);
      const text = textOf(value, variable === setting.name ? setting.type : 'text', label(key, file));
      if (text !== '')
        given.set(variable, { text, name: label(key, file), origin: { kind: 'file', place: placeOf(key, file) } });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(error);
    }
  }
  return { place: (variable) => given.get(variable), faults };
}

/**
 * SECURITY: a file that holds secrets is for who runs the server only, as the key file is.
 * @throws ConfigError that names them
 */
export function assertPrivate(path: string, place: Place, table: Table): void {
  const secrets = table.filter(({ name, secret }) => {
    const text = secret === 'value' ? place(name)?.text : undefined;
    return text !== undefined && redacted(text) !== text;
  });
  if (secrets.length === 0 || !isOpenToOthers(path)) return;
  const keys = secrets.map(({ name }) => keyOf(name)).join(', ');
  throw new ConfigError(`${path} is readable by others and holds secrets (${keys}). Run: chmod 600 ${path}`);
}

function parsed(name: string, { path, text }: File): Record<string, unknown> {
  const isToml = extname(path) === '.toml';
  if (!isToml && extname(path) !== '.json') throw new ConfigError(`${name}: ${path} must end with .toml or .json.`);
  const content = isToml ? parsedToml(path, text) : parsedJson(path, text);
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
  throw new ConfigError(`${path} must hold an object of settings.`);
}

function parsedToml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The lines below the first one show the text of the file.
    const reason = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '');
    throw new ConfigError(`${path}, line ${error.line}, column ${error.column} is not valid TOML: ${reason}.`);
  }
}

function parsedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec((error as Error).message) ?? [];
    const where = line === undefined ? path : `${path}, line ${line}, column ${column}`;
    throw new ConfigError(`${where} is not valid JSON.`);
  }
}

function settingOf(key: string, file: File, table: Table): [Setting<unknown>, string] {
  const variables = table
    .filter(({ isForEnvironment }) => !isForEnvironment)
    .flatMap((setting) => namesOf(setting).map((variable) => [setting, variable] as [Setting<unknown>, string]));
  const found = variables.find(([, variable]) => keyOf(variable) === key);
  if (found) return found;
  const names = variables.map(([, variable]) => variable);
  const [meant] = nearest(`WARIFU_${key.replace(/^WARIFU_/i, '').toUpperCase()}`, names).map(keyOf);
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new ConfigError(`${label(key, file)} is not a setting.${question} All settings: docs/configuration.md`);
}

/** A value as it would stand in the environment. */
function textOf(value: unknown, type: Setting<unknown>['type'], name: string): string {
  if (typeof value === 'string' && type !== 'number') return value;
  if (type === 'number' && typeof value === 'number') return String(value);
  if (type === 'switch' && (typeof value === 'boolean' || value === 0 || value === 1)) return value ? '1' : '0';
  if (type === 'list' && Array.isArray(value) && value.every((part) => typeof part === 'string'))
    return value.join(',');
  throw new ConfigError(`${name} must be ${written[type]}, and is ${typeOf(value)}.`);
}

const written = {
  text: 'a string',
  number: 'a number',
  switch: 'true or false',
  list: 'a list of strings',
} as const;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  return { string: 'a string', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'a table';
}

function label(key: string, file: File): string {
  return `${key} (${placeOf(key, file)})`;
}

function placeOf(key: string, { path, text }: File): string {
  const keys = text.split('\n').map((line) => /^[\s{,]*["']?(.*?)["']?\s*[=:]/.exec(line)?.[1]);
  const at = keys.indexOf(key);
  return at === -1 ? path : `${path}, line ${at + 1}`;
}
