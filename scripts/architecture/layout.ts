/** In `server/src` a folder may import those above it, types included, never those below it. */
export const order = [
  'crypto',
  'db',
  'audit',
  'mail',
  'change',
  'attempts',
  'links',
  'sessions',
  'authorize',
  'users',
  'ways-back',
  'operators',
  'factors',
  'recovery',
  'roles',
  'permissions',
  'sign-in',
  'sandbox',
  'gate',
  'metrics',
  'traces',
  // Below all: it may import every folder, and `mayUseHttp` says who may import it.
  'http',
];

/** The one folder that writes a table. Whoever else wants a row changed calls a function of that folder. */
export const owners: Record<string, string> = {
  attempt_windows: 'attempts',
  audit_heads: 'audit',
  audit_log: 'audit',
  auth_keys: 'users',
  authenticator_apps: 'factors',
  backup_code_sets: 'factors',
  deferred_requests: 'mail',
  catalogues: 'gate',
  emails: 'operators',
  factors: 'factors',
  gate_codes: 'gate',
  gate_keys: 'gate',
  gate_sessions: 'gate',
  recovery_cases: 'recovery',
  known_devices: 'sessions',
  known_sources: 'attempts',
  login_accounts: 'attempts',
  mail_tokens: 'links',
  operators: 'operators',
  outbox: 'mail',
  passkey_challenges: 'factors',
  passkeys: 'factors',
  pending_sign_ins: 'sessions',
  roles: 'roles',
  server_state: 'db',
  sessions: 'sessions',
  sign_ups: 'operators',
  system_notifications: 'operators',
  trusted_principals: 'permissions',
  user_roles: 'roles',
  users: 'users',
};

/** Files beside the folders that every folder may import: parameters, the outside world, the one error class. */
export const shared = [
  'command',
  'config',
  'context',
  'counts',
  'failure',
  'health',
  'json-names',
  'limits',
  'remembered',
  'trouble',
];

/** The folders of which the shared files may speak, so that nobody reaches a lower one by way of them. */
export const sharedMayImport = ['crypto', 'db'];

/** What puts the server together: imports everything, and no folder imports it. */
export const edge = [
  'app',
  'server',
  'jobs',
  'cli',
  'clock',
  'key-check',
  'key-rotation',
  'log',
  'presence',
  'readiness',
  'restored',
  'way',
];

/** Who may import `http/` beside itself and the `routes.ts` of a folder. */
export const mayUseHttp = ['app', 'cli', 'main'];

/** Who may import the `routes.ts` of a folder. */
export const mayUseRoutes = ['app'];

/** The status of an answer comes from its operation; only these write it as a number. */
export const writesStatus = ['http', 'change', 'audit'];

/**
 * Where an import of types alone closes no circle: a page of the console takes its types from the routes that load it
 * when it is needed.
 */
export const typesMayCircle = ['console/'];

/** Where the tables are declared, as the members of the type `Database`. */
export const schemaFile = 'server/src/db/schema.ts';

/** Migrations move rows of every table; a rotation of the keys seals values anew, wherever they are. */
export const movesRows = ['server/src/db/migrations/', 'server/src/db/reseal.ts'];

/** What the client needs where it runs, and what it knows the types of only. */
export const clientMayImport = { values: ['jose'], types: ['express', 'fastify', 'hono'] };

export const drivers = ['node:sqlite', 'pg', 'better-sqlite3', 'postgres'];
export const mayUseDrivers = [
  'db/database',
  'db/postgres',
  'db/postgres-pool',
  'db/sqlite',
  'db/sqlite-driver',
  'db/sqlite-groups',
  'db/sqlite-statements',
];

export const maxLines = 350;
export const maxParameters = 4;
