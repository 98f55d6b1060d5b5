import { join } from 'node:path';
import { accent, productName, quoted, sender } from './brand.ts';
import { integer, oneOf, path, text, toggle } from './forms.ts';
import { cidrList, gateHostList, hostList, isLoopback } from './hosts.ts';
import { securityText } from './security-text.ts';
import { type At, ConfigError, type Setting, setting } from './setting.ts';
import { databaseUrl, origin, originList, smtpUrl } from './urls.ts';

const configFile = setting({
  name: 'WARIFU_CONFIG',
  ...path('file'),
  isForEnvironment: true,
  meaning: 'a file of settings: [A configuration file](#a-configuration-file)',
});

const host = setting({
  name: 'WARIFU_HOST',
  ...text('address or host name'),
  default: '127.0.0.1',
  meaning: 'where the server listens',
});

const port = setting({
  name: 'WARIFU_PORT',
  ...integer(0, 65_535),
  default: '8787',
  meaning: 'the port; 0 lets the system choose, then set `WARIFU_BASE_URL` too',
});

const baseUrl = setting({
  name: 'WARIFU_BASE_URL',
  type: 'text',
  form: 'an origin: scheme, host, port; no path',
  read: origin,
  default: (value) => `http://localhost:${value(port)}`,
  defaultForm: '`http://localhost:<port>`',
  meaning: 'what people type; all links in mails begin with it',
});

const internalHosts = setting({
  name: 'WARIFU_INTERNAL_HOSTS',
  type: 'list',
  form: '`host` or `host:port`, separated by commas or spaces; without a port that of `WARIFU_PORT`',
  read: (written, at) => hostList(written, at, at.value(port)),
  default: '',
  meaning: 'names by which programs beside the server may call the API: [Base URL](#base-url)',
});

const dataDir = setting({
  name: 'WARIFU_DATA_DIR',
  ...path('folder'),
  default: './data',
  meaning: 'holds the keys and, on SQLite, the database',
});

const keysFile = setting({
  name: 'WARIFU_KEYS_FILE',
  ...path('file'),
  secret: 'file',
  default: (value) => join(value(dataDir), 'keys', 'keys.json'),
  defaultForm: '`<data folder>/keys/keys.json`',
  meaning: 'the keys: [The data folder and the keys](#the-data-folder-and-the-keys)',
});

const database = setting({
  name: 'WARIFU_DATABASE_URL',
  type: 'text',
  form: '`sqlite:<file>` or `postgres://…`',
  read: databaseUrl,
  secret: 'value',
  default: (value) => `sqlite:${value(dataDir)}/warifu.db`,
  defaultForm: '`sqlite:<data folder>/warifu.db`',
  meaning: 'the database; of PostgreSQL, one with the encoding `UTF8`',
});

const smtp = setting({
  name: 'WARIFU_SMTP_URL',
  type: 'text',
  form: '`smtp://user:password@host:587`, `smtps://…:465`, or the word `none`',
  read: (written, at) => smtpUrl(written, at, () => at.value(baseUrl)),
  secret: 'value',
  meaning: 'the server that mails leave by: [Listening and mail](#listening-and-mail)',
});

const name = setting({
  name: 'WARIFU_NAME',
  type: 'text',
  form: '1–40 characters, no colon, line break or invisible mark',
  read: productName,
  default: 'Warifu',
  defaultForm: '`Warifu`; in authenticator apps `Warifu (<host of the base URL>)`',
  meaning: 'what pages, mails and authenticator apps call this server, and the name of the default sender',
});

const mailFrom = setting({
  name: 'WARIFU_MAIL_FROM',
  type: 'text',
  form: 'an address, with or without a name',
  read: sender,
  default: (value) => `${quoted(value(name))} <warifu@${new URL(value(baseUrl)).hostname}>`,
  defaultForm: '`Warifu <warifu@<host of the base URL>>`',
  meaning: 'sender of every mail',
});

const sandbox = setting({
  name: 'WARIFU_SANDBOX',
  ...toggle(),
  read: ofOneComputer,
  default: '0',
  meaning: 'whether programs on this computer may create and delete operators: [Trying clients](api.md#trying-clients)',
});

/** SECURITY: whoever reaches the sandbox makes operators, so nobody beyond this computer may. */
function ofOneComputer(written: string, at: At): boolean {
  if (!toggle().read(written, at)) return false;
  const open = [
    ...(isLoopback(new URL(at.value(baseUrl)).hostname) ? [] : [baseUrl.name]),
    ...(isLoopback(at.value(host)) ? [] : [host.name]),
  ];
  if (open.length === 0) return true;
  throw new ConfigError(
    `${at.name} is for trying clients on this computer only, and ${open.join(' and ')} is not a loopback address. Unset it, or write localhost and 127.0.0.1.`,
  );
}

const metricsPort = setting({
  name: 'WARIFU_METRICS_PORT',
  ...integer(0, 65_535),
  meaning: 'a port of their own for metrics: [Metrics](#metrics)',
});

const metricsHost = setting({
  name: 'WARIFU_METRICS_HOST',
  ...text('address or host name'),
  read: (written, at) => {
    if (at.value(metricsPort) !== undefined) return written;
    throw new ConfigError(`${at.name} needs ${metricsPort.name}.`);
  },
  defaultForm: '`127.0.0.1`',
  meaning: 'where that port listens',
});

const leastToken = 16;

const metricsToken = setting({
  name: 'WARIFU_METRICS_TOKEN',
  type: 'text',
  form: `${leastToken} characters or more`,
  read: (written, at) => {
    // SECURITY: a token is for a port that everybody reaches; a short one could be guessed.
    if (written.length >= leastToken) return written;
    throw new ConfigError(`${at.name} must have at least ${leastToken} characters.`);
  },
  secret: 'value',
  meaning: 'who scrapes must send it: `Authorization: Bearer …`',
});

function zone(written: string, at: At): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: written }).resolvedOptions().timeZone;
  } catch {
    throw new ConfigError(`${at.name} must be a zone name such as UTC or Asia/Tokyo.`);
  }
}

/**
 * The table of settings, by the name that each has in `Config`; in the order of docs/configuration.md, which is made
 * from it. To add a setting, add a record.
 */
export const settings = {
  configFile,
  host,
  port,
  baseUrl,
  internalHosts,
  dataDir,
  keysFile,
  databaseUrl: database,
  smtpUrl: smtp,
  mailFrom,
  name,
  accent: setting({
    name: 'WARIFU_ACCENT',
    type: 'text',
    form: '`#rgb` or `#rrggbb`',
    read: accent,
    defaultForm: "the product's own",
    meaning:
      "colour of buttons and of the brand's line, in both schemes; white text on it must have a contrast of 4.5:1",
  }),
  signUp: setting({
    name: 'WARIFU_SIGNUP',
    ...oneOf(['closed', 'open']),
    default: 'closed',
    meaning: 'whether strangers may create an operator',
  }),
  sandbox,
  trustedProxies: setting({
    name: 'WARIFU_TRUSTED_PROXIES',
    type: 'list',
    form: 'CIDRs, separated by commas or spaces',
    read: cidrList,
    default: '',
    meaning: 'proxies whose `X-Forwarded-For` or `Forwarded` counts',
  }),
  gateHosts: setting({
    name: 'WARIFU_GATE_HOSTS',
    type: 'list',
    form: '`host` or `host:port`, separated by commas or spaces',
    read: (written, at) => gateHostList(written, at, at.value(baseUrl)),
    default: '',
    meaning:
      'hosts of guarded programs that people sign in to with a browser: [Signing in with a browser](guides/gate-forward-auth.md#signing-in-with-a-browser)',
  }),
  gateHeaders: setting({
    name: 'WARIFU_GATE_HEADERS',
    ...oneOf(['remote', 'x-auth-request', 'x-forwarded', 'authentik', 'oathkeeper']),
    default: 'remote',
    meaning:
      'by which header names forward-auth tells a guarded program who calls: [Identity headers](guides/gate-forward-auth.md#identity-headers)',
  }),
  relatedOrigins: setting({
    name: 'WARIFU_RELATED_ORIGINS',
    type: 'list',
    form: 'origins such as `https://id.example.org`, separated by commas or spaces',
    read: originList,
    default: '',
    meaning:
      'other origins whose pages may use the passkeys of this server (`/.well-known/webauthn`); each has what it takes to sign in',
  }),
  passwordMinLength: setting({
    name: 'WARIFU_PASSWORD_MIN_LENGTH',
    ...integer(8, 64),
    default: '12',
    meaning: 'shortest new password, in characters (code points)',
  }),
  logLevel: setting({
    name: 'WARIFU_LOG_LEVEL',
    ...oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    default: 'info',
    meaning: 'what the log holds; JSON lines on standard output',
  }),
  logRequests: setting({
    name: 'WARIFU_LOG_REQUESTS',
    ...toggle(),
    default: '1',
    meaning: 'whether each request has a line, at level `info`: [The log](#the-log)',
  }),
  mailListDays: setting({
    name: 'WARIFU_MAIL_LIST_DAYS',
    ...integer(1, 3650),
    default: '90',
    meaning: 'how long the list of mails that were sent or given up is kept, in days; what stood in them never is',
  }),
  auditDays: setting({
    name: 'WARIFU_AUDIT_DAYS',
    ...integer(90, 36_500),
    defaultForm: 'for ever',
    meaning:
      'how long records of the audit log are kept, in days: [Prune the audit log](guides/backup.md#prune-the-audit-log)',
  }),
  metricsPort,
  metricsHost,
  metricsToken,
  timeZone: setting({
    name: 'WARIFU_TIME_ZONE',
    type: 'text',
    form: 'a zone name such as `Asia/Tokyo`',
    read: zone,
    default: 'UTC',
    meaning: 'times in mails and in the mail preview, and in conditions of permissions (`currentDate`, `currentTime`)',
  }),
  ...securityText,
} satisfies Record<string, Setting<unknown>>;

export type Settings = typeof settings;
