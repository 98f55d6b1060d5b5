import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type KyselyPlugin, sql } from 'kysely';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Context } from '../../src/context.ts';
import { loadKeys } from '../../src/crypto/keys.ts';
import type { Hasher } from '../../src/crypto/passwords.ts';
import { asHostCommand, type Manners, migrate, openDatabase } from '../../src/db/database.ts';
import { type Jobs, startJobs } from '../../src/jobs.ts';
import { createContext } from '../../src/server.ts';
import { notingUnbound } from './operator-bound.ts';

export type Engine = 'sqlite' | 'postgres';

const postgresUrl = process.env.WARIFU_TEST_POSTGRES_URL;

/** The engines that every API scenario runs on. `npm test` always gives a PostgreSQL. */
export const engines: Engine[] = postgresUrl ? ['sqlite', 'postgres'] : ['sqlite'];

export type TestServer = {
  readonly app: FastifyInstance;
  readonly ctx: Context;
  readonly jobs: Jobs;
  readonly engine: Engine;
  /** The clock; scenarios move it, nothing sleeps. */
  readonly clock: { now: number };
  /** The kind of every statement since the array was last emptied, such as `SelectQueryNode`. */
  readonly statements: string[];
  /** Everything that was logged. */
  readonly log: () => string;
  stop(): Promise<void>;
};

type Options = {
  readonly hasher?: Hasher;
  readonly databaseClock?: () => Promise<number>;
  readonly manners?: Manners;
};

/** A busy machine is no broken database. */
export const patient: Manners = { patience: 120_000, pause: 0, answer: 120_000, connection: 120_000 };

/** A real server on a real, empty database; only the clock is ours, and requests skip the socket. */
export async function startTestServer(
  engine: Engine,
  env: Record<string, string> = {},
  options: Options = {},
): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'warifu-api-'));
  const database = engine === 'postgres' ? await createPostgresDatabase() : undefined;
  const databaseUrl = database?.url ?? `sqlite:${dataDir}/warifu.db`;
  const clock = { now: Date.UTC(2026, 10, 22, 12, 0, 0) };
  const configEnv = { WARIFU_DATA_DIR: dataDir, WARIFU_DATABASE_URL: databaseUrl, ...env };
  const clean = async () => {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return await serve({ engine, env: configEnv, clock, options, clean });
}

/** Another server on the same database, with the same keys and clock; stop it before the first. */
export async function startSecondServer({ ctx, engine, clock }: TestServer): Promise<TestServer> {
  const { dataDir, databaseUrl } = ctx.config;
  const env = { WARIFU_DATA_DIR: dataDir, WARIFU_DATABASE_URL: databaseUrl };
  return await serve({ engine, env, clock, options: { hasher: ctx.hasher }, clean: async () => {} });
}

type Serve = {
  readonly engine: Engine;
  readonly env: Record<string, string>;
  readonly clock: { now: number };
  readonly options: Options;
  readonly clean: () => Promise<void>;
};

async function serve({ engine, env, clock, options, clean }: Serve): Promise<TestServer> {
  const config = readConfig(env);
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) });
  const log = pino({ level: 'trace', base: null }, sink);
  const keys = loadKeys(config.keyFile.path);
  const statements: string[] = [];
  const unbound = new Set<string>();
  const { databaseClock, manners = patient, ...others } = options;
  const db = openDatabase(config.databaseUrl, () => {}, manners)
    .withPlugin(counting(statements))
    .withPlugin(notingUnbound((statement) => unbound.add(statement)));
  await migrate(db);
  const parts = { config, log, keys, db, now: () => clock.now, ...(databaseClock && { databaseClock }) };
  const ctx = { ...createContext(parts, () => {}), ...others };
  const app = await buildApp(ctx, join(config.dataDir, 'no-console'));
  const jobs = startJobs(ctx);
  const stop = async () => {
    await app.close();
    await jobs.stop();
    await db.destroy();
    await clean();
    if (unbound.size > 0) throw new Error(`Statements that name no operator: ${[...unbound].join('; ')}`);
  };
  return { app, ctx, jobs, engine, clock, statements, log: () => lines.join(''), stop };
}

function counting(statements: string[]): KyselyPlugin {
  return {
    transformQuery: ({ node }) => {
      statements.push(node.kind);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
}

/**
 * A second server on the database of a first one. SQLite allows one server: there it is the first itself.
 * Stop it before the first.
 */
export async function joinTestServer(first: TestServer): Promise<TestServer> {
  return first.engine === 'sqlite' ? { ...first, stop: async () => {} } : await startBeside(first);
}

/**
 * A server on the database of another one that does nothing meanwhile.
 * @param db the same database, opened otherwise than a server opens it
 * @param own clocks of its own
 */
export async function startBeside(
  first: TestServer,
  db = openDatabase(first.ctx.config.databaseUrl, () => {}, patient),
  own: Partial<Pick<Context, 'now' | 'databaseClock'>> = {},
): Promise<TestServer> {
  const { config, log, keys, now, hasher } = first.ctx;
  const ctx = { ...createContext({ config, log, keys, db, now, ...own }, () => {}), hasher };
  const app = await buildApp(ctx, join(config.dataDir, 'no-console'));
  const jobs = startJobs(ctx);
  const stop = async () => {
    await app.close();
    await jobs.stop();
    await db.destroy();
  };
  return { ...first, app, ctx, jobs, stop };
}

/** A database of its own on the cluster of the test run. */
export async function createPostgresDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  if (!postgresUrl) throw new Error('WARIFU_TEST_POSTGRES_URL is not set: run the tests with npm test');
  const name = `warifu_${randomBytes(6).toString('hex')}`;
  const admin = openDatabase(postgresUrl, () => {}, asHostCommand);
  await sql.raw(`create database ${name}`).execute(admin);
  await admin.destroy();
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const drop = async () => {
    const again = openDatabase(postgresUrl, () => {}, asHostCommand);
    await sql.raw(`drop database ${name} with (force)`).execute(again);
    await again.destroy();
  };
  return { url: url.toString(), drop };
}
