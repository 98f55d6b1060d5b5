import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../scripts/postgres.ts';
import { root } from '../scripts/processes.ts';
import { type Credentials, headersOf, openApi } from './api.ts';
import { serverCore } from './machine.ts';
import { defaultPermission, ownPermission, rolePermission } from './permissions.ts';
import { mark, type Requests, type Template } from './requests.ts';
import { product, type Server, startProgram } from './servers.ts';
import { type Copies, copySessions } from './sessions.ts';

/** A server of the product with one operator, its SAM users, and a table full of sessions. */
export type World = {
  readonly server: Server;
  /** Settings of the server, for host commands; and its database. */
  readonly env: Record<string, string>;
  readonly databaseUrl: string;
  /** Calls of the root user, of SAM users, and of sessions that an AuthKey opened. */
  readonly calls: Readonly<Record<Kind, Requests>>;
  /** Sign-ins with a password, each user from an address of its own. */
  readonly signIns: Requests;
} & AsyncDisposable;

type Kind = 'root' | 'sam' | 'authKey';

export type Wanted = {
  readonly sessions: number;
  /** Undefined: SQLite. */
  readonly databaseUrl?: string;
  /** Undefined: all. */
  readonly core?: number | undefined;
  readonly env?: Record<string, string>;
  readonly nodeArgs?: readonly string[];
};

/** SAM users, `user0` and so on. */
export const users = 40;
/** Of the root user, and of AuthKeys; the others belong to SAM users. */
const few = 200;

/** Sets all up through the command line and the API, fills the table of sessions, and starts the server under test. */
export async function createWorld(wanted: Wanted): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-bench-'));
  const databaseUrl = wanted.databaseUrl ?? `sqlite:${folder}/warifu.db`;
  const port = await freePort();
  const env = {
    ...withoutSettings(),
    WARIFU_DATA_DIR: folder,
    WARIFU_DATABASE_URL: databaseUrl,
    WARIFU_PORT: String(port),
    ...wanted.env,
  };
  const operatorId = createOperator(env);
  const people = await populate(env, operatorId);
  const samSessions = Math.max(users, wanted.sessions - 2 * few);
  await copySessions(databaseUrl, copiesOf(people, samSessions));
  const core = 'core' in wanted ? wanted.core : serverCore;
  const server = await startProgram({
    ...product,
    env,
    core,
    nodeArgs: [...(product.nodeArgs ?? []), ...(wanted.nodeArgs ?? [])],
  });
  const stop = async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    server,
    env,
    databaseUrl,
    calls: callsOf(server.url, people, samSessions),
    signIns: signInsOf(server.url, people),
    [Symbol.asyncDispose]: stop,
  };
}

/** No setting of the person who measures. */
export function withoutSettings(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('WARIFU_'));
  return Object.fromEntries(entries) as Record<string, string>;
}

export const rootEmail = 'root@example.com';
const rootUser = { email: rootEmail, password: 'bench pass phrase of the root user' };

function createOperator(env: Record<string, string>): string {
  const args = [join(root, product.script), 'operator', 'create', '--email', rootUser.email, '--password-stdin'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, input: rootUser.password, encoding: 'utf8' });
  if (!stdout.startsWith('{')) throw new Error(`operator create failed: ${stderr}`);
  return (JSON.parse(stdout) as { operatorId: string }).operatorId;
}

type People = {
  readonly operatorId: string;
  readonly root: Credentials;
  readonly sams: readonly { readonly name: string; readonly password: string; readonly session: Credentials }[];
  readonly authKeySession: Credentials;
};

async function populate(env: Record<string, string>, operatorId: string): Promise<People> {
  await using server = await startProgram({ ...product, env, core: undefined });
  const api = openApi(server.url);
  const asRoot = await api.signIn(rootUser);
  const operator = `/v1/operators/${operatorId}`;
  await api.must(asRoot, 'PUT', `${operator}/users/default_permissions`, { permissions: defaultPermission() });
  for (const i of [0, 1]) {
    await api.must(asRoot, 'POST', `${operator}/roles/role${i}`, { permission: rolePermission(i) });
  }
  const sams = [];
  for (let i = 0; i < users; i++) {
    const [name, password] = [`user${i}`, `bench pass phrase of number ${i}`];
    const user = `${operator}/users/${name}`;
    await api.must(asRoot, 'POST', user, {});
    await api.must(asRoot, 'POST', `${user}/password`, { password });
    await api.must(asRoot, 'PUT', `${user}/permission`, { permission: ownPermission(i) });
    for (const roleId of ['role0', 'role1']) await api.must(asRoot, 'POST', `${user}/roles`, { roleId });
    sams.push({ name, password, session: await api.signIn({ operatorId, userName: name, password }) });
  }
  const { authKeyId, authKey } = await api.must(asRoot, 'POST', `${operator}/users/user0/auth_keys`, {});
  return { operatorId, root: asRoot, sams, authKeySession: await api.signIn({ authKeyId, authKey }) };
}

function copiesOf({ root, sams, authKeySession }: People, samSessions: number): Copies[] {
  const copies = (kind: Kind, { token }: Credentials, numbers: readonly number[]) => ({
    token,
    tokenPrefix: tokenPrefix(kind, token),
    keyPrefix: keyPrefix(kind),
    numbers,
  });
  const upTo = (count: number, from = 0, step = 1) =>
    Array.from({ length: Math.ceil((count - from) / step) }, (_, i) => from + i * step);
  return [
    copies('root', root, upTo(few)),
    copies('authKey', authKeySession, upTo(few)),
    ...sams.map(({ session }, i) => copies('sam', session, upTo(samSessions, i, users))),
  ];
}

function callsOf(url: string, { operatorId, root, sams, authKeySession }: People, samSessions: number) {
  const operator = `/v1/operators/${operatorId}`;
  const get = (path: string, kind: Kind, { token }: Credentials): Template => {
    const copy = { apiKey: keyPrefix(kind) + mark, token: tokenPrefix(kind, token) + mark };
    return { method: 'GET', path, headers: headersOf(copy) };
  };
  const status = ({ name }: { name: string }) => `${operator}/users/${name}/mfa`;
  const samCalls = sams.map((sam) => get(status(sam), 'sam', sam.session));
  return {
    root: { url, templates: [get(`${operator}/mfa`, 'root', root)], variants: few },
    sam: { url, templates: samCalls, variants: samSessions },
    authKey: {
      url,
      templates: sams.slice(0, 1).map((sam) => get(status(sam), 'authKey', authKeySession)),
      variants: few,
    },
  };
}

function signInsOf(url: string, { operatorId, sams }: People): Requests {
  const templates = sams.map(({ name, password }, i) => ({
    method: 'POST' as const,
    path: '/v1/auth',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${i + 1}` },
    body: JSON.stringify({ operatorId, userName: name, password }),
  }));
  return { url, templates, variants: users };
}

/** As long as a token that the server made, so that as much is read and hashed. */
function tokenPrefix(kind: Kind, token: string): string {
  return `bench.${kind}.`.padEnd(token.length - 8, 'x');
}

function keyPrefix(kind: Kind): string {
  return `api-bench-${kind}-`.padEnd(32, 'x');
}
