import { commandName } from '../command.ts';
import { isLoopback } from './hosts.ts';
import { ConfigError, type Environment, type Given, type Origin, type Setting, type ValueOf } from './setting.ts';
import { type Settings, settings } from './settings.ts';
import { type Sources, sourcesOf } from './sources.ts';

export { shade } from './brand.ts';
export { isLoopback } from './hosts.ts';
export { ConfigError } from './setting.ts';

type Values = { readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never };

/** The value of every setting, by its name in the table, and what follows from them. */
export type Config = Values & {
  readonly keyFile: KeyFile;
  /** Whether mails are kept and shown to who runs the server, on purpose or because it is for this computer only. */
  readonly keepsMails: boolean;
  /** Whether a page shows them to a browser on this computer. */
  readonly mailPreview: boolean;
  /** What authenticator apps call this server; of two servers it differs. */
  readonly issuer: string;
  /** Where `/metrics` is; undefined when nobody asked for it. */
  readonly metrics: Metrics | undefined;
  /** How the host command is typed on this machine. */
  readonly command: string;
};

/** Without a place of its own it is on the server's port, for who has the token. */
export type Metrics = {
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly token: string | undefined;
};

export type KeyFile = {
  readonly path: string;
  /** Whether a service manager put it where nobody else may go, whatever its mode says. */
  readonly isGuarded: boolean;
};

/** A setting as it counts now. */
export type Entry = { readonly setting: Setting<unknown>; readonly value: unknown; readonly origin: Origin };

/** A configuration with all that is wrong with it; `config` is undefined when anything is. */
export type Reading = {
  readonly config: Config | undefined;
  readonly entries: readonly Entry[];
  readonly findings: readonly string[];
};

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError for an unknown `WARIFU_*` name or a value out of range, with a line for each
 */
export function readConfig(env: Environment): Config {
  const { config, findings } = inspectConfig(env);
  if (config === undefined) throw new ConfigError(findings.join('\n'));
  return config;
}

/** Reads the configuration as far as it can be read. */
export function inspectConfig(env: Environment): Reading {
  const table = Object.entries<Setting<unknown>>(settings);
  const found = attempted(() => sourcesOf(env, Object.values(settings), settings.configFile));
  if (found instanceof ConfigError) return { config: undefined, entries: [], findings: [found.message] };
  const [sources, faults] = found;
  const read = reader(sources);
  const entries: Entry[] = [];
  for (const [, setting] of table) {
    const result = attempted(() => read(setting));
    if (result instanceof ConfigError) faults.push(result);
    else entries.push({ setting, ...result });
  }
  // What rests on a value that cannot be read fails by the same error.
  const findings = [...new Set(faults)].map(({ message }) => message);
  if (findings.length > 0) return { config: undefined, entries, findings };
  const values = Object.fromEntries(table.map(([key, setting]) => [key, read(setting).value])) as Values;
  const origin = (setting: Setting<unknown>) => read(setting).origin;
  return { config: { ...values, ...derived(values, origin, env) }, entries, findings };
}

type Read = { readonly value: unknown; readonly origin: Origin };

/** Reads each setting once, when it is first asked for. */
function reader(sources: Sources): (setting: Setting<unknown>) => Read {
  const done = new Map<Setting<unknown>, Read | ConfigError>();
  const value = ((setting: Setting<unknown>) => read(setting).value) as ValueOf;
  const read = (setting: Setting<unknown>): Read => {
    const result = done.get(setting) ?? attempted(() => readOne(setting, sources(setting), value));
    done.set(setting, result);
    if (result instanceof ConfigError) throw result;
    return result;
  };
  return read;
}

function attempted<T>(work: () => T): T | ConfigError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function readOne(setting: Setting<unknown>, given: Given | undefined, value: ValueOf): Read {
  if (given) return { value: setting.read(given.text, { name: given.name, value }), origin: given.origin };
  const { name, default: standard } = setting;
  const text = typeof standard === 'function' ? standard(value) : standard;
  const origin: Origin = { kind: 'default', place: '' };
  return { value: text === undefined ? undefined : setting.read(text, { name, value }), origin };
}

function derived(values: Values, origin: (setting: Setting<unknown>) => Origin, env: Environment) {
  const { hostname } = new URL(values.baseUrl);
  const isGiven = (setting: Setting<unknown>) => origin(setting).kind !== 'default';
  const sends = values.smtpUrl !== undefined;
  const isOwn = isLoopback(hostname);
  return {
    keyFile: { path: values.keysFile, isGuarded: origin(settings.keysFile).kind === 'credential' },
    // Mails of other people must reach them; those of who tries the server on his own computer may stay in it (0024).
    keepsMails: !sends && isOwn && (isGiven(settings.smtpUrl) || isLoopback(values.host)),
    mailPreview: !sends && isLoopback(values.host),
    // A colon would end the issuer of a label, so an IPv6 address goes without.
    issuer: isGiven(settings.name) ? values.name : `Warifu (${hostname.replace(/[[\]]/g, '').replaceAll(':', '.')})`,
    metrics: metricsOf(values),
    command: commandName(env.PATH),
  };
}

function metricsOf({ metricsPort: port, metricsHost: host, metricsToken: token }: Values): Metrics | undefined {
  if (port === undefined) return token === undefined ? undefined : { listen: undefined, token };
  return { listen: { host: host ?? '127.0.0.1', port }, token };
}
