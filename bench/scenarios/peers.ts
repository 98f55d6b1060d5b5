import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/postgres.ts';
import { calls } from '../candidates.ts';
import { installed } from '../libraries.ts';
import { serverCore, versionOf } from '../machine.ts';
import type { Options } from '../options.ts';
import { overHttp } from '../over-http.ts';
import { conditions, pinnedCores, rowsOf } from '../readings.ts';
import type { Requests } from '../requests.ts';
import { type Server, startProgram } from '../servers.ts';
import type { Section } from '../table.ts';
import { type Candidate, takeTurns } from '../turns.ts';
import { createWorld } from '../world.ts';
import { createSignInWorld, inFlight, signIns } from './sign-in.ts';

const users = 40;

/** The product beside better-auth: a session's check over HTTP, and a sign-in with a password. */
export async function measurePeers(options: Options): Promise<Section[]> {
  await installed();
  return [await checkSessions(options), await signInBoth(options)];
}

async function checkSessions(options: Options): Promise<Section> {
  await using peer = await startPeer(serverCore);
  await using world = await createWorld({ sessions: 1000 });
  const readings = await takeTurns(await getSession(peer), [calls(world, 'sam'), calls(world, 'authKey')], options);
  const notes = [
    conditions(options, options.connections, pinnedCores),
    `${name()}: node:sqlite (WAL, FULL), ${users} users, cookieCache on (its guide to performance), rate limit off.`,
  ];
  return { title: 'Session check, beside better-auth', notes, rows: rowsOf(readings) };
}

async function signInBoth(options: Options): Promise<Section> {
  await using peer = await startPeer(undefined);
  await using world = await createSignInWorld(undefined);
  const turns = { ...options, connections: inFlight, core: undefined };
  const readings = await takeTurns(peerSignIns(peer), [signIns(world)], turns);
  const notes = [
    conditions(options, inFlight, 'all cores'),
    `Both hash as they do by default: scrypt (N = 16,384, r = 16) there, argon2id (19 MiB, 2 passes) here.`,
  ];
  return { title: 'Sign-in with a password, beside better-auth', notes, rows: rowsOf(readings, 'per second') };
}

async function startPeer(core: number | undefined): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-peer-'));
  const args = [join(folder, 'peer.db'), String(users), String(await freePort())];
  // As in production: it is slower, and has other defaults, without.
  const env = { NODE_ENV: 'production' };
  const server = await startProgram({ script: 'bench/peers/better-auth.ts', args, env, core });
  const stop = async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...server, [Symbol.asyncDispose]: stop };
}

async function getSession(server: Server): Promise<Candidate> {
  const templates = [];
  for (let i = 0; i < users; i++) {
    const headers = { cookie: await signInToPeer(server.url, i) };
    templates.push({ method: 'GET' as const, path: '/api/auth/get-session', headers });
  }
  const requests = { url: server.url, templates, variants: users };
  const isRight = (text: string) => text.includes('"session"') && text.includes('@example.com');
  return overHttp({ name: `${name()}: get-session`, requests, server, isRight });
}

function peerSignIns(server: Server): Candidate {
  const { url } = server;
  const templates = Array.from({ length: users }, (_, i) => ({
    method: 'POST' as const,
    path: '/api/auth/sign-in/email',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(credentials(i)),
  }));
  const requests: Requests = { url, templates, variants: users };
  const isRight = (text: string) => text.includes('"token"') && text.includes('@example.com');
  return overHttp({ name: `${name()}: sign-in/email`, requests, server, isRight, pause: 2000 });
}

/** The cookies of a signed-in user, as a browser sends them. */
async function signInToPeer(url: string, i: number): Promise<string> {
  const headers = { 'content-type': 'application/json', origin: url };
  const body = JSON.stringify(credentials(i));
  const response = await fetch(`${url}/api/auth/sign-in/email`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`better-auth refused: ${response.status} ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

function credentials(i: number) {
  return { email: `user${i}@example.com`, password: `bench pass phrase of number ${i}` };
}

function name(): string {
  return `better-auth ${versionOf(join(import.meta.dirname, '../node_modules/better-auth/package.json'))}`;
}
