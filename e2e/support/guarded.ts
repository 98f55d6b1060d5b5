import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { type Credentials, request, type Session, secretOf, session, sessionOf, setUp } from './api.ts';
import { createDatabase } from './database.ts';
import { authenticator } from './oath.ts';
import { nextPort } from './ports.ts';
import { launch, program, type Server, serverEnv, startServer, temporaryFolder } from './server.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

export type Seen = { method: string; url: string; headers: Record<string, string>; body: string };

/** An app without any guard of its own, that answers with what it was asked, and speaks any protocol that it is offered. */
export async function startApp() {
  const port = await nextPort();
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const noted = { method, url, headers: headers as Record<string, string>, body: await text(request) };
    seen.push(noted);
    if (url === '/slow') {
      response.write('begun ');
      // Longer than a proxy waits for Warifu to take a connection.
      await wait(2500);
      return void response.end('ended');
    }
    response.setHeader('set-cookie', ['own=1', 'other=2']);
    response.end(JSON.stringify(noted));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', ({ method = '', url = '', headers }, socket) => {
    seen.push({ method, url, headers: headers as Record<string, string>, body: '' });
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const agreed = `Connection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\nSec-WebSocket-Accept: ${accept}`;
    socket.on('error', () => socket.destroy()).end(`HTTP/1.1 101 Switching Protocols\r\n${agreed}\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<unknown>((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { port, seen, stop };
}

const operation = (operationId: string) => ({ tags: ['Orders'], operationId, responses: {} });
const description = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1' },
  paths: {
    '/orders': { get: operation('listOrders'), post: operation('createOrder') },
    '/orders/{id}': { delete: operation('deleteOrder') },
    '/secret': { get: operation('readSecret') },
    '/slow': { get: operation('waitLong') },
  },
};
/** What Hana may do: all but delete. */
const permitted = ['Orders:listOrders', 'Orders:createOrder', 'Orders:waitLong'];

/** The secret only with MFA. */
export const permission = (api: readonly string[]) => {
  const secret = { effect: 'allow', api: 'Orders:readSecret', condition: 'mfaAuthenticated' };
  return JSON.stringify({ statements: [{ effect: 'allow', api }, secret] });
};

export type Guarded = {
  readonly owner: Credentials;
  /** Where people sign in, and where changes are made. */
  readonly first: Server;
  /** Where proxies ask: another server on the same database. */
  readonly asked: number;
  /** Does something while that one is down. */
  readonly withoutIt: (work: () => Promise<void>) => Promise<void>;
  readonly root: Session;
  /** The settings that both have in common. */
  readonly env: Record<string, string>;
  /** A new SAM user who may do all but delete. */
  readonly user: (name: string) => Promise<{ operatorId: string; userName: string; password: string }>;
  /** The same, signed in. */
  readonly hana: (name: string) => Promise<Session>;
  /** The same, with a second factor. */
  readonly hanaWithMfa: (name: string) => Promise<Session>;
  readonly stop: () => Promise<void>;
};

/** Two servers on one PostgreSQL that guard an app behind proxies, whose hosts are named. */
export async function startGuarded(hosts: readonly string[]): Promise<Guarded> {
  const common = { WARIFU_TRUSTED_PROXIES: '127.0.0.1/32 ::1/128', WARIFU_GATE_HOSTS: hosts.join(' ') };
  const databaseUrl = createDatabase();
  const first = await startServer({ databaseUrl, env: common });
  const keys = { WARIFU_KEYS_FILE: join(first.dataDir, 'keys/keys.json'), WARIFU_BASE_URL: first.baseUrl };
  await setUp(first.baseUrl, first.setupLink(), owner);
  const again = { databaseUrl, env: { ...common, ...keys } };
  let second = await startServer(again);
  const root = await session(first.baseUrl, owner);
  const file = join(temporaryFolder('catalogue'), 'orders.json');
  writeFileSync(file, JSON.stringify(description));
  const settings = serverEnv(first.port, first.dataDir, { databaseUrl, env: common });
  const { exit, output } = launch([program, 'catalogue', 'import', file, '--name', 'orders'], settings);
  if ((await exit) !== 0) throw new Error(output());
  const pathOf = (name: string) => `/v1/operators/${root.operatorId}/users/${name}`;
  const signedIn = async (userName: string, otp: object = {}) => {
    const body = { operatorId: root.operatorId, userName, password: passwordOf(userName), ...otp };
    return sessionOf(first.baseUrl, await request(first.baseUrl, 'POST', '/v1/auth', body));
  };
  const user = async (name: string) => {
    const path = pathOf(name);
    const password = passwordOf(name);
    await done(root.call('POST', path, { description: name }));
    await done(root.call('POST', `${path}/password`, { password }));
    await done(root.call('PUT', `${path}/permission`, { permission: permission(permitted) }));
    return { operatorId: root.operatorId, userName: name, password };
  };
  const hana = async (name: string) => {
    await user(name);
    return await signedIn(name);
  };
  const hanaWithMfa = async (name: string) => {
    await hana(name);
    const begun = await root.call('POST', `${pathOf(name)}/mfa`);
    const phone = authenticator(secretOf(begun.json['totpUri']));
    await done(root.call('POST', `${pathOf(name)}/mfa/verify`, { mfaOTPCode: await phone.next() }));
    return await signedIn(name, { mfaOTPCode: await phone.next() });
  };
  const stop = async () => {
    await second.stop();
    await first.stop();
  };
  const { port, dataDir } = second;
  const withoutIt = async (work: () => Promise<void>) => {
    await second.stop();
    await work();
    second = await startServer({ ...again, port, dataDir });
  };
  return {
    owner,
    first,
    asked: port,
    withoutIt,
    root,
    env: { ...common, WARIFU_BASE_URL: first.baseUrl },
    user,
    hana,
    hanaWithMfa,
    stop,
  };
}

const passwordOf = (name: string) => `sam ${name} pass phrase`;

export async function done(call: Promise<{ status: number; body: string }>): Promise<void> {
  const { status, body } = await call;
  if (status >= 300) throw new Error(`${status} ${body}`);
}
