import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { commandName } from './command.ts';
import { ConfigError, credentialOf, type Environment, type Name, secretOf, settingsOf } from './environment.ts';

export { ConfigError } from './environment.ts';

/** Every setting of the server; each comes from one environment variable (docs/configuration.md). */
export type Config = {
  readonly host: string;
  readonly port: number;
  /** Origin of every link, without a trailing slash. */
  readonly baseUrl: string;
  /** `name:port` by which programs beside the server may call the API; never in a link. */
  readonly internalHosts: readonly string[];
  readonly dataDir: string;
  readonly keyFile: KeyFile;
  /** `sqlite:<file>` or `postgres://…`. */
  readonly databaseUrl: string;
  readonly smtpUrl: string | undefined;
  /** Whether mails are kept and shown to who runs the server, on purpose or because it is for this computer only. */
  readonly keepsMails: boolean;
  /** Whether a page shows them to a browser on this computer. */
  readonly mailPreview: boolean;
  readonly mailFrom: string;
  /** What pages and mails call this server. */
  readonly name: string;
  /** What authenticator apps call it; of two servers it differs. */
  readonly issuer: string;
  /** `#rrggbb`, dark enough for white text on it. */
  readonly accent: string | undefined;
  readonly signUp: 'closed' | 'open';
  /** Whether the operations of the reference's sandbox are served, to programs on this computer. */
  readonly sandbox: boolean;
  readonly trustedProxies: readonly string[];
  /** Code points. */
  readonly passwordMinLength: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Whether each request has a line in the log. */
  readonly logRequests: boolean;
  readonly timeZone: string;
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

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError for an unknown `WARIFU_*` name or a value out of range
 */
export function readConfig(env: Environment): Config {
  const get = settingsOf(env);
  const port = integer('WARIFU_PORT', get('WARIFU_PORT') ?? '8787', 0, 65_535);
  const baseUrl = origin(get('WARIFU_BASE_URL') ?? `http://localhost:${port}`);
  const name = productName(get('WARIFU_NAME'));
  const { hostname } = new URL(baseUrl);
  const dataDir = resolve(get('WARIFU_DATA_DIR') ?? './data');
  const host = get('WARIFU_HOST') ?? '127.0.0.1';
  return {
    host,
    port,
    baseUrl,
    internalHosts: hostList(get('WARIFU_INTERNAL_HOSTS') ?? '', port),
    dataDir,
    keyFile: keyFile(get('WARIFU_KEYS_FILE'), credentialOf(env, 'warifu.keys'), dataDir),
    databaseUrl: databaseUrl(secretOf(get, 'WARIFU_DATABASE_URL', credentialOf(env, 'warifu.database-url')), dataDir),
    ...mailing(smtpUrl(secretOf(get, 'WARIFU_SMTP_URL', credentialOf(env, 'warifu.smtp-url'))), host, baseUrl),
    mailFrom: sender(get('WARIFU_MAIL_FROM') ?? `${quoted(name ?? 'Warifu')} <warifu@${hostname}>`),
    name: name ?? 'Warifu',
    // A colon would end the issuer of a label, so an IPv6 address goes without.
    issuer: name ?? `Warifu (${hostname.replace(/[[\]]/g, '').replaceAll(':', '.')})`,
    accent: accent(get('WARIFU_ACCENT')),
    signUp: oneOf('WARIFU_SIGNUP', get('WARIFU_SIGNUP') ?? 'closed', ['closed', 'open']),
    sandbox: sandbox(get('WARIFU_SANDBOX') ?? '0', host, baseUrl),
    trustedProxies: cidrList(get('WARIFU_TRUSTED_PROXIES') ?? ''),
    passwordMinLength: integer('WARIFU_PASSWORD_MIN_LENGTH', get('WARIFU_PASSWORD_MIN_LENGTH') ?? '12', 8, 64),
    logLevel: oneOf('WARIFU_LOG_LEVEL', get('WARIFU_LOG_LEVEL') ?? 'info', [
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
      'trace',
    ]),
    logRequests: oneOf('WARIFU_LOG_REQUESTS', get('WARIFU_LOG_REQUESTS') ?? '1', ['0', '1']) === '1',
    timeZone: timeZone(get('WARIFU_TIME_ZONE') ?? 'UTC'),
    metrics: metrics(
      get('WARIFU_METRICS_PORT'),
      get('WARIFU_METRICS_HOST'),
      secretOf(get, 'WARIFU_METRICS_TOKEN', credentialOf(env, 'warifu.metrics-token')),
    ),
    command: commandName(env.PATH),
  };
}

const leastToken = 16;

/** SECURITY: a token is for a port that everybody reaches; a short one could be guessed. */
function metrics(port: string | undefined, host: string | undefined, token: string | undefined): Metrics | undefined {
  if (port === undefined && host !== undefined) throw new ConfigError('WARIFU_METRICS_HOST needs WARIFU_METRICS_PORT.');
  if (token !== undefined && token.length < leastToken) {
    throw new ConfigError(`WARIFU_METRICS_TOKEN must have at least ${leastToken} characters.`);
  }
  if (port === undefined) return token === undefined ? undefined : { listen: undefined, token };
  return { listen: { host: host ?? '127.0.0.1', port: integer('WARIFU_METRICS_PORT', port, 0, 65_535) }, token };
}

/** Whether an address or host name is this machine's own loopback. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const bare = host.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback';
}

function integer(name: Name, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new ConfigError(`${name} must be a whole number from ${min} to ${max}.`);
  return value;
}

function oneOf<T extends string>(name: Name, text: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new ConfigError(`${name} must be one of: ${values.join(', ')}.`);
  return value;
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fits = url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && !url.search && !url.hash;
  if (!url || !fits || url.username) {
    throw new ConfigError('WARIFU_BASE_URL must be an origin such as https://id.example.com, without a path.');
  }
  // Browsers keep the session cookie (Secure, __Host-) over plain HTTP on loopback names only.
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new ConfigError('WARIFU_BASE_URL must begin with https:// unless it names localhost.');
  }
  return url.origin;
}

function keyFile(named: string | undefined, credential: string | undefined, dataDir: string): KeyFile {
  if (named === undefined && credential !== undefined) return { path: credential, isGuarded: true };
  return { path: resolve(named ?? join(dataDir, 'keys', 'keys.json')), isGuarded: false };
}

/** SECURITY: names only, each written out; a pattern would let a page choose one (DNS rebinding). */
function hostList(text: string, port: number): string[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((host) => {
      const form = /^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(host);
      const fits = form && URL.canParse(`http://${host}`);
      if (!fits) throw new ConfigError(`WARIFU_INTERNAL_HOSTS: ${host} is not a host such as warifu or warifu:8787.`);
      return (form[1] === undefined ? `${host}:${port}` : host).toLowerCase();
    });
}

function databaseUrl(text: string | undefined, dataDir: string): string {
  if (text === undefined) return `sqlite:${dataDir}/warifu.db`;
  if (text.startsWith('sqlite:')) {
    if (text === 'sqlite:')
      throw new ConfigError('WARIFU_DATABASE_URL names no file. Write sqlite:/path/to/warifu.db.');
    return text;
  }
  const form = 'postgres://user:password@host:5432/database';
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new ConfigError(`WARIFU_DATABASE_URL must begin with postgres:// or sqlite:, as in ${form}.`);
  }
  const url = assertUrl(
    'WARIFU_DATABASE_URL',
    text.replace(/^(postgres(?:ql)?:\/\/[^/]*@)(?=\/)/, '$1localhost'),
    form,
  );
  const tls = url.searchParams.get('sslmode');
  // The client takes any other word for TLS of some kind.
  if (tls !== null && !tlsModes.includes(tls)) {
    throw new ConfigError(`WARIFU_DATABASE_URL: sslmode must be one of: ${tlsModes.join(', ')}.`);
  }
  return text;
}

const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

const none = 'none';

/** Mails of other people must reach them; those of who tries the server on his own computer may stay in it (0024). */
function mailing(url: string | undefined, host: string, baseUrl: string) {
  const isOwn = isLoopback(new URL(baseUrl).hostname);
  if (url === none && !isOwn) {
    throw new ConfigError('WARIFU_SMTP_URL=none is for a base URL on localhost: mails must reach people.');
  }
  const sends = url !== undefined && url !== none;
  return {
    smtpUrl: sends ? url : undefined,
    keepsMails: !sends && isOwn && (url === none || isLoopback(host)),
    mailPreview: !sends && isLoopback(host),
  };
}

function smtpUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === none) return text;
  const form = 'smtp://user:password@mail.example.com:587';
  if (!/^smtps?:\/\//.test(text)) {
    throw new ConfigError(`WARIFU_SMTP_URL must begin with smtp:// or smtps://, as in ${form}.`);
  }
  const url = assertUrl('WARIFU_SMTP_URL', text, form);
  if (url.hostname === '' || !['', '/'].includes(url.pathname)) {
    throw new ConfigError(`WARIFU_SMTP_URL must name a mail server and no path, as in ${form}. ${escapes}`);
  }
  return text;
}

const escapes =
  'In a user name or password, write "#" as %23, "@" as %40, "/" as %2F, "?" as %3F, ":" as %3A and "%" as %25.';

/**
 * A URL of a server. What follows an unescaped sign of a password must not be taken for a path or a fragment.
 * SECURITY: no message repeats the value, which holds the password.
 */
function assertUrl(name: Name, text: string, form: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const parts = url && [url.username, url.password, url.pathname];
  const fits = url && url.hash === '' && !/[@\s]/.test(url.search + url.pathname) && !text.endsWith('#');
  if (!url || !fits || !parts?.every((part) => isEscaped(part))) {
    throw new ConfigError(`${name} cannot be read as a URL. Write it as ${form}. ${escapes}`);
  }
  return url;
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const mailbox = String.raw`[^\s@<>(),;:"\\]+@(?:[^\s@<>(),;:"\\]+|\[[\da-f.:]+\])`;
const oneMailbox = new RegExp(`^(?:(?:"(?:[^"\\\\]|\\\\.)*"|[^"<>@:;]*?)\\s*<${mailbox}>|${mailbox})$`, 'i');

/** One address that mails can come from, with or without a name; without one, servers would be told `MAIL FROM:<>`. */
function sender(text: string): string {
  if (oneMailbox.test(text) && !/[\p{Cc}\u2028\u2029]/u.test(text)) return text;
  throw new ConfigError(
    'WARIFU_MAIL_FROM must be one email address, as in warifu@example.com or "Warifu, Inc." <warifu@example.com>.',
  );
}

/** SECURITY: whoever reaches the sandbox makes operators, so nobody beyond this computer may. */
function sandbox(text: string, host: string, baseUrl: string): boolean {
  if (oneOf('WARIFU_SANDBOX', text, ['0', '1']) === '0') return false;
  const open = [
    ...(isLoopback(new URL(baseUrl).hostname) ? [] : ['WARIFU_BASE_URL']),
    ...(isLoopback(host) ? [] : ['WARIFU_HOST']),
  ];
  if (open.length === 0) return true;
  throw new ConfigError(
    `WARIFU_SANDBOX is for trying clients on this computer only, and ${open.join(' and ')} is not a loopback address. Unset WARIFU_SANDBOX, or write localhost and 127.0.0.1.`,
  );
}

/** A display name that holds more than words must be quoted (RFC 5322 §3.2.4). */
function quoted(name: string): string {
  return /^[\w ]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** SECURITY: it goes into mail headers, pages and QR codes; a line break or a mark that reorders text has no place there. */
function productName(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const name = text.normalize('NFC');
  const plain = !/[\p{C}\p{Zl}\p{Zp}:]/u.test(name) && name === name.trim();
  if (plain && [...name].length <= 40) return name;
  throw new ConfigError(
    'WARIFU_NAME must be a name of 1 to 40 characters without colons, line breaks, invisible marks or spaces around it.',
  );
}

/** WCAG 2.2, success criterion 1.4.3. */
const leastContrast = 4.5;

/** The colour of buttons, the same in both schemes; their text is white. */
function accent(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const form = /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(text);
  if (!form) throw new ConfigError('WARIFU_ACCENT must be a colour such as #1d4f75.');
  const colour = (text.length === 4 ? text.replace(/[\da-f]/gi, '$&$&') : text).toLowerCase();
  if (contrastToWhite(colour) >= leastContrast) return colour;
  let share = 1;
  while (contrastToWhite(shade(colour, share)) < leastContrast) share -= 0.01;
  // Rounded down: 4.49 is not 4.5.
  const had = (Math.floor(contrastToWhite(colour) * 100) / 100).toFixed(2);
  throw new ConfigError(
    `WARIFU_ACCENT: white text on ${colour} has a contrast of ${had}:1; at least ${leastContrast}:1 is needed. A darker one is ${shade(colour, share)}.`,
  );
}

/** A colour with a share of its light. */
export function shade(colour: string, share: number): string {
  const darker = channels(colour).map((value) => Math.floor(value * share));
  return `#${darker.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Contrast as WCAG 2.2 defines it, by relative luminance. */
function contrastToWhite(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function cidrList(text: string): string[] {
  const list = text.split(/[\s,]+/).filter((part) => part !== '');
  for (const cidr of list) {
    if (!ipaddr.isValidCIDR(cidr))
      throw new ConfigError(`WARIFU_TRUSTED_PROXIES: ${cidr} is not a CIDR such as 10.0.0.0/8.`);
    // SECURITY: trusting every address would let any client choose its own source address (R61).
    if (ipaddr.parseCIDR(cidr)[1] === 0) throw new ConfigError('WARIFU_TRUSTED_PROXIES must not trust every address.');
  }
  return list;
}

function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new ConfigError('WARIFU_TIME_ZONE must be a zone name such as UTC or Asia/Tokyo.');
  }
}
