import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asServer, type Db, openDatabase } from '../src/db/database.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { enrol, newRoot, type Root, signIn } from './support/people.ts';
import { par, tally } from './support/race.ts';
import { engines, patient, startTestServer, type TestServer } from './support/server.ts';

const unavailable = (answer: Answer) => {
  expect([answer.status, answer.body.code]).toEqual([503, 'COM0503']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.text).not.toMatch(/sqlite|postgres|locked|disk|SQL|terminat|relation/i);
};

/** The lines about a cause. */
const toldOf = (server: TestServer, cause: string) =>
  server
    .log()
    .split('\n')
    .filter((text) => text.includes('"msg":"storage unavailable"') && text.includes(cause))
    .map((text) => JSON.parse(text) as Record<string, unknown>);

/** Every write of a root user with MFA. */
const writes = ({ operatorId, email, password }: Root): [string, string, object?][] => [
  ['POST', '/v1/auth', { email, password }],
  ['POST', '/v1/console/sign_in', { email, password }],
  ['DELETE', `/v1/operators/${operatorId}/mfa`, { password }],
  ['POST', '/v1/auth/password_reset_token/issue', { email }],
  ['POST', '/v1/operators/mfa_revoke_token/issue', { email, password }],
  ['POST', `/v1/operators/${operatorId}/token`, {}],
  ['POST', '/v1/auth/logout'],
];

describe('trouble with the SQLite file', () => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let other: DatabaseSync;
  beforeAll(async () => {
    server = await startTestServer('sqlite', {}, { hasher: fastHasher(), manners: asServer });
    other = new DatabaseSync(server.ctx.config.databaseUrl.slice('sqlite:'.length));
  });
  afterAll(async () => {
    other.close();
    await server.stop();
  });
  beforeEach(async () => {
    root = await newRoot(server);
    as = await enrol(server, root);
    await call(server, 'GET', '/v1/auth/sessions', { as });
    // The last use is written a moment later; it is not what is compared here.
    await server.jobs.drain();
  });
  afterEach(() => checkInvariants(server, [503]));

  it('R76: while another process holds the file, writes are 503, nothing changes, reads and probes go on', async () => {
    const before = await rowsOf(server, root.operatorId);
    other.exec('begin immediate');
    for (const [method, path, body] of writes(root)) {
      unavailable(await call(server, method, path, { as, ...(body && { body }) }));
    }
    expect((await call(server, 'GET', `/v1/operators/${root.operatorId}/mfa`, { as })).status).toBe(200);
    expect((await call(server, 'GET', '/healthz')).status).toBe(200);
    other.exec('rollback');
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
    expect((await call(server, 'POST', '/v1/auth', { body: root })).status).not.toBe(503);
    expect((await call(server, 'POST', '/v1/auth/logout', { as })).status).toBe(204);
  });

  it('R76: a full disk is 503 for writes and one line in the log, and heals without a restart', async () => {
    const before = await rowsOf(server, root.operatorId);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(server.ctx.db);
    await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(server.ctx.db);
    const { email } = root;
    const { counts } = server.ctx;
    const failures = counts.storageFailures;
    let refused = 0;
    // Pages that were half full take some writes still.
    for (let i = 0; i < 120 && refused < 20; i++) {
      const body = { email: `${'x'.repeat(200)}${i}@example.com`, password: 'y' };
      const answer = await call(server, 'POST', '/v1/auth', { body, ip: `203.0.113.${i}` });
      if (answer.status !== 503) continue;
      unavailable(answer);
      refused++;
    }
    expect(refused).toBe(20);
    expect(counts.storageFailures - failures).toBe(20);
    expect(toldOf(server, 'disk is full').filter(({ requestId }) => requestId !== undefined)).toMatchObject([
      { level: 40, error: { code: 'ERR_SQLITE_ERROR', stack: expect.any(String) } },
    ]);
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
    await sql`pragma max_page_count = 1073741823`.execute(server.ctx.db);
    expect((await call(server, 'POST', '/v1/auth', { body: { email, password: root.password } })).body.code).toBe(
      'MFA0001',
    );
  });
});

describe.runIf(engines.includes('postgres'))('trouble with PostgreSQL', () => {
  let server: TestServer;
  let admin: Db;
  let root: Root;
  let as: Credentials;
  let name: string;
  beforeAll(async () => {
    server = await startTestServer('postgres', {}, { hasher: fastHasher(), manners: asServer });
    name = new URL(server.ctx.config.databaseUrl).pathname.slice(1);
    const url = new URL(server.ctx.config.databaseUrl);
    url.pathname = '/postgres';
    admin = openDatabase(url.toString(), () => {}, patient);
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(async () => {
    await server.stop();
    await admin.destroy();
  });
  afterEach(async () => {
    // The first calls may still meet a connection that is gone.
    for (let i = 0; i < 12; i++) await call(server, 'GET', '/v1/auth/sessions', { as });
    expect((await call(server, 'GET', '/v1/auth/sessions', { as })).status).toBe(200);
    await checkInvariants(server, [503]);
    // A right password whose sign-in could not be finished was booked as an attempt.
    await server.ctx.db.deleteFrom('login_accounts').execute();
    await server.ctx.db.deleteFrom('attempt_windows').execute();
  });

  const cut = () => sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(admin);
  const login = (i = 0) =>
    call(server, 'POST', '/v1/auth', { body: { email: root.email, password: root.password }, ip: `203.0.113.${i}` });

  it('R76: connections that were ended while idle are replaced', async () => {
    await par(10, (i) => login(i));
    await cut();
    const answers = [];
    for (let i = 0; i < 15; i++) answers.push(await login(i));
    for (const answer of answers.filter(({ status }) => status !== 200)) unavailable(answer);
    expect(answers.at(-1)?.status).toBe(200);
  });

  it('R76: connections that are ended in the middle of work give 503, and no half-done work', async () => {
    const started = par(15, (i) => login(i));
    for (let i = 0; i < 5; i++) await cut();
    const answers = await started;
    for (const answer of answers.filter(({ status }) => status !== 200)) unavailable(answer);
    // Each answer of 200 is a session with its record, and no session is without an answer that may have been lost.
    const yes = tally(answers)['200'] ?? 0;
    // A connection that was cut may still be in the pool: whoever asks again meets a new one.
    let sessions = await call(server, 'GET', '/v1/auth/sessions', { as });
    for (let i = 0; i < 10 && sessions.status === 503; i++)
      sessions = await call(server, 'GET', '/v1/auth/sessions', { as });
    expect((sessions.body as unknown as unknown[]).length).toBeGreaterThanOrEqual(yes);
  });

  it('R76: a database that takes no connections, or only reads, is 503 and not ready; then it heals', async () => {
    const troubles = [
      [`alter database ${name} allow_connections false`, `alter database ${name} allow_connections true`],
      [
        `alter database ${name} set default_transaction_read_only = on`,
        `alter database ${name} reset default_transaction_read_only`,
      ],
    ] as const;
    for (const [begin, end] of troubles) {
      await sql.raw(begin).execute(admin);
      await cut();
      const answers = [];
      for (let i = 0; i < 12; i++) answers.push(await login(i));
      // What was fine a moment ago is believed for two seconds.
      await vi.waitFor(async () => expect((await call(server, 'GET', '/readyz')).status).toBe(503), 15_000);
      const liveness = await call(server, 'GET', '/healthz');
      await sql.raw(end).execute(admin);
      await cut();
      for (const answer of answers) unavailable(answer);
      const lines = toldOf(server, begin.includes('allow') ? 'not currently accepting connections' : 'read_only');
      expect(lines.filter(({ requestId }) => requestId !== undefined).length, begin).toBe(1);
      expect([begin, liveness.status]).toEqual([begin, 200]);
      for (let i = 0; i < 12; i++) await call(server, 'GET', '/v1/auth/sessions', { as });
      expect([begin, (await login()).status, (await call(server, 'GET', '/readyz')).status]).toEqual([begin, 200, 200]);
    }
  });

  it('R76: a table that somebody else locked is 503 within five seconds', async () => {
    const own = openDatabase(server.ctx.config.databaseUrl, () => {}, patient);
    const started = performance.now();
    await own.transaction().execute(async (tx) => {
      await sql`lock table sessions in access exclusive mode`.execute(tx);
      unavailable(await login());
    });
    expect(performance.now() - started).toBeLessThan(5000);
    await own.destroy();
  });
});
