import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asServer, type Db, openDatabase } from '../src/db/database.ts';
import { limits } from '../src/limits.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { newRoot } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const patient = { timeout: 20_000, interval: 200 };
const ready = (server: TestServer) => call(server, 'GET', '/readyz');

/** Waits until a server says that it is not ready for a reason, in the answer and in the list of checks. */
async function untilNotReady(server: TestServer, reason: string, name = 'writes'): Promise<void> {
  await vi.waitFor(async () => {
    const { status, body } = await ready(server);
    expect([status, body]).toEqual([503, { status: 'not ready', reason }]);
  }, patient);
  const { checks } = (await call(server, 'GET', '/readyz?verbose')).body as {
    checks?: { name: string; ok: boolean; reason?: string }[];
  };
  expect(checks?.find((check) => check.name === name)).toMatchObject({ ok: false, reason });
  expect((await call(server, 'GET', '/healthz')).status).toBe(200);
}

const untilReady = (server: TestServer) =>
  vi.waitFor(async () => expect((await ready(server)).body).toEqual({ status: 'ready' }), patient);

describe.each(engines)('readiness on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { manners: asServer, hasher: fastHasher() });
    await server.jobs.stop();
  });
  afterAll(() => server.stop());

  it('lists what it looked at when it is asked to, with the right host name or another', async () => {
    const { status, body } = await call(server, 'GET', '/readyz?verbose', { headers: { host: '10.1.2.3:8787' } });
    expect([status, body]).toEqual([
      200,
      {
        status: 'ready',
        checks: [
          { name: 'database', ok: true },
          { name: 'writes', ok: true },
          { name: 'clock', ok: true },
        ],
      },
    ]);
  });

  it('costs one write in two seconds, however many ask', async () => {
    await delay(limits.readiness.every);
    server.statements.length = 0;
    const begun = performance.now();
    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 40 }, () => ready(server)));
    const most = 2 + (performance.now() - begun) / limits.readiness.every;
    const writes = server.statements.filter((kind) => kind === 'InsertQueryNode').length;
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThanOrEqual(most);
  });
});

describe('readiness of an SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]).status === 0;
  let server: TestServer;
  let other: DatabaseSync;
  beforeAll(async () => {
    server = await startTestServer('sqlite', mounted ? { WARIFU_DATA_DIR: folder, WARIFU_DATABASE_URL: '' } : {}, {
      hasher: fastHasher(),
      manners: asServer,
    });
    other = new DatabaseSync(server.ctx.config.databaseUrl.slice('sqlite:'.length));
  });
  afterAll(async () => {
    other.close();
    await server.stop();
    if (mounted) spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  it.runIf(mounted)('H3: a full disk is named, and it is over when there is room', async () => {
    await untilReady(server);
    const filler = join(folder, 'filler');
    // All that is left; the last block fails.
    expect(() => writeFileSync(filler, Buffer.alloc(8 * 1024 * 1024))).toThrow(/ENOSPC/);
    await untilNotReady(server, 'disk full');
    rmSync(filler);
    await untilReady(server);
    await newRoot(server);
  });

  it('H3: a file that another process keeps locked is named, and it is over with the lock', async () => {
    await untilReady(server);
    other.exec('begin immediate');
    await untilNotReady(server, 'locked');
    other.exec('rollback');
    await untilReady(server);
  });

  it('one write that has to wait is no trouble', async () => {
    await untilReady(server);
    await delay(limits.readiness.every);
    other.exec('begin immediate');
    const first = ready(server);
    await delay(1300);
    other.exec('rollback');
    const answers = [await first, await ready(server), await ready(server)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe.runIf(engines.includes('postgres'))('readiness of PostgreSQL', () => {
  let server: TestServer;
  let admin: Db;
  let name: string;
  beforeAll(async () => {
    server = await startTestServer('postgres', {}, { manners: asServer, hasher: fastHasher() });
    const url = new URL(server.ctx.config.databaseUrl);
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    admin = openDatabase(url.toString(), () => {});
  });
  afterAll(async () => {
    await admin.destroy();
    await server.stop();
  });
  const cut = () => sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(admin);

  it('H3: a database that only reads, or takes nobody in, is named, and it is over by itself', async () => {
    const troubles = [
      ['read only', `set default_transaction_read_only = on`, `reset default_transaction_read_only`, 'writes'],
      ['does not answer', `allow_connections false`, `allow_connections true`, 'database'],
    ] as const;
    for (const [reason, begin, end, check] of troubles) {
      await untilReady(server);
      await sql.raw(`alter database ${name} ${begin}`).execute(admin);
      await cut();
      await untilNotReady(server, reason, check);
      await sql.raw(`alter database ${name} ${end}`).execute(admin);
      await cut();
      await untilReady(server);
    }
  });

  it('H3: a table that somebody keeps locked is named', async () => {
    const own = openDatabase(server.ctx.config.databaseUrl, () => {});
    await untilReady(server);
    await own.transaction().execute(async (tx) => {
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
      await sql`lock table server_state in exclusive mode`.execute(tx);
      await untilNotReady(server, 'locked');
    });
    await untilReady(server);
    await own.destroy();
  });
});
