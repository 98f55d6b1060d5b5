import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '@warifu/policy';

/** A configuration that cannot be used; `message` names the variable and what to do. */
export class ConfigError extends Error {}

export const settings = [
  'WARIFU_HOST',
  'WARIFU_PORT',
  'WARIFU_BASE_URL',
  'WARIFU_INTERNAL_HOSTS',
  'WARIFU_DATA_DIR',
  'WARIFU_KEYS_FILE',
  'WARIFU_DATABASE_URL',
  'WARIFU_DATABASE_URL_FILE',
  'WARIFU_SMTP_URL',
  'WARIFU_SMTP_URL_FILE',
  'WARIFU_MAIL_FROM',
  'WARIFU_NAME',
  'WARIFU_ACCENT',
  'WARIFU_SIGNUP',
  'WARIFU_SANDBOX',
  'WARIFU_TRUSTED_PROXIES',
  'WARIFU_PASSWORD_MIN_LENGTH',
  'WARIFU_LOG_LEVEL',
  'WARIFU_LOG_REQUESTS',
  'WARIFU_METRICS_PORT',
  'WARIFU_METRICS_HOST',
  'WARIFU_METRICS_TOKEN',
  'WARIFU_METRICS_TOKEN_FILE',
  'WARIFU_TIME_ZONE',
] as const;
export type Name = (typeof settings)[number];
export type Environment = Record<string, string | undefined>;

/**
 * The variables that Kubernetes makes for a Service whose name begins with `warifu`, in the shapes that it writes; they
 * say where a Service is and are no settings.
 */
export function serviceLinks(env: Environment): string[] {
  const services = Object.entries(env).flatMap(([name, value = '']) => {
    const [, service] = /^(WARIFU(?:_[A-Z\d_]+)?)_SERVICE_HOST$/.exec(name) ?? [];
    return service !== undefined && address.test(value) ? [service] : [];
  });
  const isLink = (name: string, value: string) => services.some((service) => isLinkOf(service, name, value));
  return Object.entries(env).flatMap(([name, value = '']) => (isLink(name, value) ? [name] : []));
}

const address = /^[\da-f.:]+$/i;
const number = /^\d{1,5}$/;
const protocol = /^(tcp|udp|sctp)$/;
const link = /^(tcp|udp|sctp):\/\/[\da-f.:[\]]+:\d{1,5}$/i;

/** What may follow the name of a Service, and what stands there. */
const shapes: readonly (readonly [RegExp, RegExp])[] = [
  [/^_SERVICE_HOST$/, address],
  [/^_SERVICE_PORT(_[A-Z\d_]+)?$/, number],
  [/^_PORT$/, link],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)$/, link],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)_PROTO$/, protocol],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)_PORT$/, number],
  [/^_PORT_\d{1,5}_(TCP|UDP|SCTP)_ADDR$/, address],
];

function isLinkOf(service: string, name: string, value: string): boolean {
  if (!name.startsWith(service)) return false;
  const rest = name.slice(service.length);
  return shapes.some(([after, form]) => after.test(rest) && form.test(value));
}

/**
 * Gives the value of a setting; undefined when it is empty or absent.
 * @throws ConfigError for a `WARIFU_*` name that is no setting
 */
export function settingsOf(env: Environment): (name: Name) => string | undefined {
  const links = serviceLinks(env);
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !links.includes(name)));
  refuseUnknown(own);
  return (name) => (own[name] === '' ? undefined : own[name]);
}

/**
 * The value of a secret: of its variable, of the file that `…_FILE` names, or of systemd's credential.
 * @throws ConfigError when two of the first are given, or the file cannot be read; without what it holds
 */
export function secretOf(
  get: (name: Name) => string | undefined,
  name: 'WARIFU_DATABASE_URL' | 'WARIFU_SMTP_URL' | 'WARIFU_METRICS_TOKEN',
  credential: string | undefined,
): string | undefined {
  const value = get(name);
  const file = get(`${name}_FILE`);
  if (value !== undefined && file !== undefined) throw new ConfigError(`Set ${name} or ${name}_FILE, not both.`);
  if (value !== undefined) return value;
  if (file !== undefined) return textOf(`${name}_FILE`, file);
  return credential === undefined ? undefined : textOf('CREDENTIALS_DIRECTORY', credential);
}

/** The file of a credential that systemd (`LoadCredential=`) or its like has put there. */
export function credentialOf({ CREDENTIALS_DIRECTORY: folder = '' }: Environment, name: string): string | undefined {
  const file = join(folder, name);
  return folder !== '' && existsSync(file) ? file : undefined;
}

function textOf(name: string, file: string): string {
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

function refuseUnknown(env: Environment): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith('WARIFU_') || (settings as readonly string[]).includes(name)) continue;
    const [meant] = nearest(name, settings);
    const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new ConfigError(`${name} is not a setting.${question} All settings: docs/configuration.md`);
  }
}
