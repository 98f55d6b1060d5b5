import { ConfigError } from '../config/config.ts';
import { type Place, placeOf, tooOld, unfitSettings, wrongEncoding } from './postgres.ts';

type Trouble = { readonly code?: string; readonly routine?: string; readonly message: string };

/** A database that a newer version has changed. */
export class NewerDatabase extends Error {
  /**
   * @param migration the first that this version does not have
   * @param version what the newer one noted; undefined when it noted nothing
   * @param own the version that runs
   */
  constructor(migration: string, version: string | undefined, own: string) {
    const newer = version === undefined || version === own ? 'a newer Warifu' : `a newer Warifu, ${version},`;
    super(
      `${newer} has used this database (${migration}), and this is Warifu ${own}. Start the newer version, or restore a backup of before.`,
    );
  }
}

/** A database that cannot be used now, and may be usable when it is tried again: it starts, fails over, or is locked. */
export class PassingTrouble extends Error {}

/**
 * Why a database could not be used at the start, for the person who starts the server: the cause, and the statement or
 * the spelling of the setting that mends it. SECURITY: never the URL, which holds the password.
 * @returns a ConfigError when starting again would not help, PassingTrouble when it may; the error itself when it is of
 *   another kind
 */
export function startFailure(url: string, error: unknown): unknown {
  const trouble = troubleOf(error);
  if (!trouble || trouble instanceof ConfigError) return error;
  if (trouble instanceof NewerDatabase) {
    return new ConfigError(`WARIFU_DATABASE_URL: ${trouble.message}`, { cause: error });
  }
  if (url.startsWith('sqlite:')) {
    if (isLocked(trouble)) {
      const [, file = ''] = /^sqlite:(.*)/.exec(url) ?? [];
      return new PassingTrouble(`WARIFU_DATABASE_URL: another process is writing to ${file}.`, { cause: error });
    }
    const advice = isFileTrouble(trouble) && fileAdvice(url.slice('sqlite:'.length), trouble);
    return advice ? new ConfigError(`WARIFU_DATABASE_URL: ${advice}`, { cause: error }) : unknownCause(trouble, error);
  }
  // Before the place: what reads the URL reads the file that it names.
  const file = certificateAdvice(trouble);
  if (file !== undefined) return new ConfigError(`WARIFU_DATABASE_URL: ${file}`, { cause: error });
  const place = placeOf(url);
  const wrong =
    settingAdvice(trouble, place) ??
    rightsAdvice(trouble, place) ??
    tlsAdvice(trouble) ??
    contentAdvice(trouble, place);
  if (wrong !== undefined) return new ConfigError(`WARIFU_DATABASE_URL: ${wrong}`, { cause: error });
  const passing = passingAdvice(trouble, place);
  if (passing !== undefined) return new PassingTrouble(`WARIFU_DATABASE_URL: ${passing}`, { cause: error });
  return unknownCause(trouble, error);
}

function unknownCause({ code, message }: Trouble, error: unknown): Error {
  const named = code === undefined ? '' : ` (${code})`;
  return new Error(`The database could not be brought up to date${named}: ${message}`, { cause: error });
}

function settingAdvice({ code, routine, message }: Trouble, { role, database, server }: Place): string | undefined {
  if (code === '3D000') {
    return `${server} has no database ${name(database)}. Run there: CREATE DATABASE ${name(database)} OWNER ${name(role)};`;
  }
  const create = `CREATE ROLE ${name(role)} LOGIN PASSWORD '…';`;
  if (code === '28P01') {
    return `${server} refuses the password of ${name(role)}, or has no such role. Run there: ALTER ROLE ${name(role)} PASSWORD '…'; or ${create}`;
  }
  if (code === '28000' && routine === 'InitializeSessionUserId') {
    return `${server} has no role ${name(role)} that may log in. Run there: ${create} or, if it exists: ALTER ROLE ${name(role)} LOGIN;`;
  }
  if (code === '28000') {
    return `${server} does not let ${name(role)} in from here. Add a line for it to pg_hba.conf (host ${name(database)} ${name(role)} <address of this server>/32 scram-sha-256) and run there: SELECT pg_reload_conf(); If it takes TLS only, end the URL with ?sslmode=verify-full.`;
  }
  if (message.includes('client password must be a')) {
    return `${server} asks for a password and the URL has none. Write it as postgres://user:password@host:5432/database.`;
  }
  if (code === '55000') {
    return `${name(database)} takes no connections. Run: ALTER DATABASE ${name(database)} ALLOW_CONNECTIONS true;`;
  }
  return undefined;
}

function rightsAdvice({ code, routine, message }: Trouble, { role, database }: Place): string | undefined {
  if (code === '42501' && routine === 'CheckMyDatabase') {
    return `${name(role)} may not connect to ${name(database)}. Run: GRANT CONNECT ON DATABASE ${name(database)} TO ${name(role)};`;
  }
  if (code === '3F000') {
    return `${name(database)} has no schema public. Run in that database: CREATE SCHEMA public AUTHORIZATION ${name(role)};`;
  }
  if (code !== '42501') return undefined;
  const reassign = `REASSIGN OWNED BY <the role that made them> TO ${name(role)};`;
  if (/ (table|relation|sequence) /.test(message)) {
    return `the tables of ${name(database)} belong to another role than ${name(role)}. Run in that database: ${reassign}`;
  }
  const grant = `GRANT USAGE, CREATE ON SCHEMA public TO ${name(role)};`;
  // The message is in the language of the server: where it does not say "schema", both are told.
  const tables = / schema /.test(message) ? '' : ` If another role made its tables: ${reassign}`;
  return `${name(role)} may not make tables in the schema public of ${name(database)}. Run in that database: ${grant}${tables}`;
}

function tlsAdvice({ code = '', message }: Trouble): string | undefined {
  if (message.includes('does not support SSL')) {
    return 'the server does not speak TLS. Run there: ALTER SYSTEM SET ssl = on; and restart it, or end the URL with ?sslmode=disable on a network of your own.';
  }
  if (!/CERT|^ERR_TLS|^DEPTH_ZERO|^UNABLE_TO/.test(code)) return undefined;
  return `the certificate of the server does not hold (${code}). End the URL with ?sslmode=verify-full&sslrootcert=/path/to/ca.pem, and name the host as the certificate does.`;
}

/** A file that the URL names for TLS. */
function certificateAdvice({ code = '', message }: Trouble): string | undefined {
  const [, path] = /, open '(.+)'$/.exec(message) ?? [];
  if (path === undefined || !/^E(NOENT|ACCES|ISDIR|PERM)$/.test(code)) return undefined;
  return `${path} cannot be read (${code}). Correct sslrootcert, sslcert and sslkey in the URL, or let the user that runs Warifu read the file.`;
}

/** A database that is there and open, and holds what this server cannot work with. */
function contentAdvice({ code, message }: Trouble, { role, database, server }: Place): string | undefined {
  if (code === tooOld) return `${server} is ${message}. Use PostgreSQL 15 or newer.`;
  if (code === wrongEncoding) {
    const create = `CREATE DATABASE ${name(`${database}_utf8`)} OWNER ${name(role)} ENCODING 'UTF8' TEMPLATE template0;`;
    return `${name(database)} has another encoding than UTF8, which names and texts need. Make a database that has it, and name it in the URL: ${create}`;
  }
  return undefined;
}

/** What may be over when the server is started again. */
function passingAdvice({ code, routine, message }: Trouble, { role, database, server }: Place): string | undefined {
  if (code === 'ECONNREFUSED')
    return `nothing listens at ${server}. Start PostgreSQL, or correct host and port in the URL.`;
  if (/timeout exceeded|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN/.test(`${code} ${message}`)) {
    return `${server} does not answer. Look for a firewall, or correct host and port in the URL.`;
  }
  // The name of a container is there when the container is.
  if (code === 'ENOTFOUND') return `there is no host ${server.replace(/:\d+$/, '')}. Correct the host in the URL.`;
  if (code === '55P03' || code === '57014')
    return 'another server brings the database up to date, or somebody has locked its tables.';
  if (code === unfitSettings) return `${message} If ${server} is a standby, name the primary in the URL.`;
  if (code === '53300' && routine === 'CheckMyDatabase') {
    return `${name(database)} has as many connections as it may have. Run: ALTER DATABASE ${name(database)} CONNECTION LIMIT -1;`;
  }
  if (code === '53300' && routine === 'InitializeSessionUserId') {
    return `${name(role)} has as many connections as it may have. Run: ALTER ROLE ${name(role)} CONNECTION LIMIT -1;`;
  }
  if (/^57P03|^53300/.test(code ?? ''))
    return `${server} is starting, or has too many connections (${code}). Try again.`;
  if (/Connection terminated|ECONNRESET|EPIPE|Received unexpected/.test(`${code} ${message}`)) {
    return `what listens at ${server} hung up. It may be no PostgreSQL: correct host and port in the URL.`;
  }
  return undefined;
}

/** SQLITE_BUSY, in all its extended forms. */
const isLocked = (trouble: Trouble) => (Number((trouble as { errcode?: number }).errcode) & 0xff) === 5;
const isFileTrouble = ({ code = '' }: Trouble) => /^(ERR_SQLITE_ERROR|EACCES|EROFS|ENOTDIR|EISDIR|EPERM)$/.test(code);

function fileAdvice(file: string, trouble: Trouble): string | undefined {
  const errcode = Number((trouble as { errcode?: number }).errcode ?? 14) & 0xff;
  if (errcode === 26)
    return `${file} is not an SQLite database. Name another file; if it was one, put a backup in its place: npx warifu restore FILE --replace`;
  if (errcode === 11) return `${file} is damaged. Put a backup in its place: npx warifu restore FILE --replace`;
  if (errcode !== 14 && errcode !== 8) return undefined;
  return `${file} cannot be opened for writing. Let the user that runs Warifu own it and its folder, or name another file.`;
}

/** The error of the driver, which the migrator wraps. */
function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? troubleOf(error.cause) : (error as Trouble);
}

function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
