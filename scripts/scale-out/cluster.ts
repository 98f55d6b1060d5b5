import { type ChildProcess, spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, makeFolder } from '../postgres.ts';
import { root, start } from '../processes.ts';
import { postgresBin } from '../system-packages.ts';
import { type Database, primaryOf, startDatabase } from './database.ts';
import { type Front, startHaproxy, startNginx, startPgbouncer } from './front.ts';
import { quiet, until } from './wait.ts';

export type ScaleOut = {
  /** Of all servers, behind nginx. */
  readonly url: string;
  /** Of each server by itself. */
  readonly each: readonly string[];
  readonly database: Database;
  /** With the logs of everything. */
  readonly folder: string;
  /** What the servers have, through PgBouncer. */
  readonly databaseUrl: string;
  readonly stop: () => Promise<void>;
};

export type Wanted = { readonly servers: number; readonly env?: Readonly<Record<string, string>> };

/**
 * Two or three servers behind nginx; PgBouncer in transaction mode and HAProxy in front of a PostgreSQL under Patroni with
 * a synchronous standby. Everything on this machine, on free ports, in one temporary folder. The server must be built.
 */
export async function startScaleOut({ servers, env = {} }: Wanted): Promise<ScaleOut> {
  const folder = makeFolder();
  const stops: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.reverse()) await end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const kept = <T extends { stop: () => void | Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  try {
    const database = kept(await startDatabase(folder));
    const haproxy = kept(await startHaproxy(folder, database.nodes));
    await makeRole((await primaryOf(database.nodes)).port);
    const pgbouncer: Front = kept(await startPgbouncer(folder, haproxy.port));
    const databaseUrl = `postgres://warifu@127.0.0.1:${pgbouncer.port}/warifu`;
    const port = await freePort();
    const running = await startServers(folder, servers, {
      WARIFU_BASE_URL: `http://localhost:${port}`,
      WARIFU_TRUSTED_PROXIES: '127.0.0.1/32',
      WARIFU_DATABASE_URL: databaseUrl,
      ...env,
    });
    kept(running);
    const nginx = kept(await startNginx(folder, port, running.ports));
    const each = nginx.each.map((at) => `http://localhost:${at}`);
    return { url: `http://localhost:${port}`, each, database, folder, databaseUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Behind PgBouncer the role has the limits that a server else sets for its own connections. */
async function makeRole(port: number): Promise<void> {
  const limits = { statement_timeout: '5s', lock_timeout: '3s', idle_in_transaction_session_timeout: '10s' };
  const statements = [
    'CREATE ROLE warifu LOGIN',
    ...Object.entries(limits).map(([name, value]) => `ALTER ROLE warifu SET ${name} = '${value}'`),
    'CREATE DATABASE warifu OWNER warifu',
  ];
  for (const statement of statements) {
    const psql = join(postgresBin() ?? '', 'psql');
    const args = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-c', statement, 'postgres'];
    const { status, stderr } = spawnSync(psql, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${statement}: ${stderr}`);
  }
}

type Env = Readonly<Record<string, string>>;

async function startServers(folder: string, count: number, env: Env) {
  const children: ChildProcess[] = [];
  const ports: number[] = [];
  for (let i = 1; i <= count; i++) {
    const data = join(folder, `server${i}`);
    // The servers share their keys: what one has sealed the others must open.
    if (i > 1) cpSync(join(folder, 'server1/keys'), join(data, 'keys'), { recursive: true });
    const port = await freePort();
    ports.push(port);
    const settings = { ...withoutSettings(), ...env, WARIFU_DATA_DIR: data, WARIFU_PORT: String(port) };
    const args = [join(root, 'dist/warifu/warifu.js'), 'serve'];
    children.push(start(process.execPath, args, { ...quiet(join(folder, `server${i}.log`)), env: settings }));
    const health = `http://127.0.0.1:${port}/healthz`;
    await until(`server ${i}: see ${folder}/server${i}.log`, () =>
      fetch(health).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }
  return { ports, stop: () => children.forEach((child) => void child.kill('SIGTERM')) };
}

function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WARIFU_')));
}
