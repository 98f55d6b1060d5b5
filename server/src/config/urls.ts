import { isLoopback } from './hosts.ts';
import { type At, ConfigError } from './setting.ts';

/** The origin that links begin with, without a trailing slash. */
export function origin(text: string, { name }: At): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fits = url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && !url.search && !url.hash;
  if (!url || !fits || url.username) {
    throw new ConfigError(`${name} must be an origin such as https://id.example.com, without a path.`);
  }
  // Browsers keep the session cookie (Secure, __Host-) over plain HTTP on loopback names only.
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new ConfigError(`${name} must begin with https:// unless it names localhost.`);
  }
  return url.origin;
}

/** Origins, each as `origin` takes it. */
export function originList(text: string, at: At): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((one) => origin(one, at));
}

/** `sqlite:<file>` or the URL of a PostgreSQL database. */
export function databaseUrl(text: string, { name }: At): string {
  if (text.startsWith('sqlite:')) {
    if (text === 'sqlite:') throw new ConfigError(`${name} names no file. Write sqlite:/path/to/warifu.db.`);
    return text;
  }
  const form = 'postgres://user:password@host:5432/database';
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new ConfigError(`${name} must begin with postgres:// or sqlite:, as in ${form}.`);
  }
  const url = assertUrl(name, text.replace(/^(postgres(?:ql)?:\/\/[^/]*@)(?=\/)/, '$1localhost'), form);
  const tls = url.searchParams.get('sslmode');
  // The client takes any other word for TLS of some kind.
  if (tls !== null && !tlsModes.includes(tls)) {
    throw new ConfigError(`${name}: sslmode must be one of: ${tlsModes.join(', ')}.`);
  }
  return text;
}

const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * The URL of a mail server; undefined for the word `none`, which only somebody on his own computer may say: mails of
 * other people must reach them.
 */
export function smtpUrl(text: string, { name }: At, baseUrl: () => string): string | undefined {
  if (text === 'none') {
    if (isLoopback(new URL(baseUrl()).hostname)) return undefined;
    throw new ConfigError(`${name}=none is for a base URL on localhost: mails must reach people.`);
  }
  const form = 'smtp://user:password@mail.example.com:587';
  if (!/^smtps?:\/\//.test(text)) {
    throw new ConfigError(`${name} must begin with smtp:// or smtps://, as in ${form}.`);
  }
  const url = assertUrl(name, text, form);
  if (url.hostname === '' || !['', '/'].includes(url.pathname)) {
    throw new ConfigError(`${name} must name a mail server and no path, as in ${form}. ${escapes}`);
  }
  return text;
}

const escapes =
  'In a user name or password, write "#" as %23, "@" as %40, "/" as %2F, "?" as %3F, ":" as %3A and "%" as %25.';

/**
 * A URL of a server. What follows an unescaped sign of a password must not be taken for a path or a fragment.
 * SECURITY: no message repeats the value, which holds the password.
 */
function assertUrl(name: string, text: string, form: string): URL {
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
