import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchorFile, readAnchors } from '../src/audit/anchors.ts';
import { record } from '../src/audit/record.ts';
import { loadDump } from '../src/db/copies.ts';
import { migrate, openDatabase } from '../src/db/database.ts';
import { checkpointSqlite } from '../src/db/sqlite.ts';
import { assertKeysFit, assertNotLost, keysFor } from '../src/key-check.ts';
import { noticeEarlierState } from '../src/restored/watch.ts';
import { type Browser, newBrowser } from './support/browser.ts';
import { call } from './support/client.ts';
import { runCommand } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { beginAlone, register } from './support/passkeys.ts';
import { auditOf, mailsOf, newRoot, type Root, signIn } from './support/people.ts';
import { newSecurityKey } from './support/security-key.ts';
import {
  createPostgresDatabase,
  engines,
  patient,
  startSecondServer,
  startTestServer,
  type TestServer,
} from './support/server.ts';

const cookiesOf = ({ cookies }: Browser) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

describe.each(engines)('a database that went back, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let current: TestServer;
  let further: (() => Promise<void>)[];
  beforeEach(async () => {
    further = [];
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    server.clock.now = Date.now();
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    await noticeEarlierState(server.ctx);
    root = await newRoot(server);
    current = server;
  });
  afterEach(async () => {
    await checkInvariants(current);
    if (current !== server) await current.stop();
    for (const end of further) await end();
    await server.stop().catch(() => {});
  });

  const folder = () => server.ctx.config.dataDir;
  const file = () => server.ctx.config.databaseUrl.slice('sqlite:'.length);
  /** Another server in the place of the one before, as `serve` starts it. */
  async function restart(): Promise<TestServer> {
    current = await startSecondServer(server);
    await noticeEarlierState(current.ctx);
    return current;
  }
  const isSignedIn = async (as: { apiKey: string; token: string }) =>
    (await call(current, 'GET', '/v1/auth/sessions', { as })).status === 200;
  const told = async () =>
    (await mailsOf(current, root.operatorId)).filter(({ template }) => template === 'database_restored').length;

  /** Notes the state of now; what is returned brings it back by hand, and with it a second server on it. */
  async function keep(): Promise<() => Promise<void>> {
    const copy = join(folder(), 'by-hand');
    const { code } = await runCommand(server, ['backup', copy]);
    expect(code).toBe(0);
    return async () => {
      if (engine === 'sqlite') {
        await end(server);
        for (const name of [file(), `${file()}-wal`, `${file()}-shm`]) rmSync(name, { force: true });
        copyFileSync(copy, file());
        return;
      }
      // In its place, as a restore to a point in time does it: the server of the database knows of nothing.
      await sql`drop schema public cascade`.execute(server.ctx.db);
      await sql`create schema public`.execute(server.ctx.db);
      await loadDump(
        { url: server.ctx.config.databaseUrl, env: process.env },
        { file: copy, keptAs: undefined, last: [] },
      );
    };
  }
  async function end(one: TestServer) {
    await one.app.close();
    await one.jobs.stop();
    await one.ctx.db.destroy();
  }

  it('H12, F22: is noticed when it was put back by hand: sessions end, the root user is told, once', async () => {
    const kept = await signIn(server, root);
    const key = newSecurityKey();
    await register(server, await signIn(server, await newRoot(server)), key);
    const browser = newBrowser(server);
    const passkey = key.get(await beginAlone(browser));
    const answer = { body: { passkey }, headers: { cookie: cookiesOf(browser) } };
    const back = await keep();
    expect((await call(server, 'POST', '/v1/console/sign_in/passkey', answer)).status).toBe(200);
    await signIn(server, root);
    await signIn(server, root);
    await server.jobs.drain();
    await back();
    await restart();
    expect(await isSignedIn(kept)).toBe(false);
    const replayed = await call(current, 'POST', '/v1/console/sign_in/passkey', answer);
    expect(replayed.body.code, 'a challenge that was used since').toBe('MFA0013');
    expect(await told()).toBe(1);
    const [record] = await auditOf(current, root.operatorId, 'System:restored');
    expect(record).toMatchObject({ actor: 'system', reason: 'restored' });
    expect(current.log()).toMatch(new RegExp(`"why":"earlier state".*"operatorId":"${root.operatorId}"`));
    // From here on it is the state that counts.
    const fresh = await signIn(current, root);
    await noticeEarlierState(current.ctx);
    expect([await isSignedIn(fresh), await told()]).toEqual([true, 1]);
  });

  it('names by `audit verify` whose records are missing, and how many', async () => {
    const back = await keep();
    for (let i = 0; i < 3; i++) await signIn(server, root);
    await server.jobs.drain();
    await back();
    current = await startSecondServer(server);
    const { code, stdout } = await runCommand(current, ['audit', 'verify']);
    expect([code, stdout]).toEqual([1, `${root.operatorId}: the last 3 of the 4 records that were seen are missing\n`]);
    await noticeEarlierState(current.ctx);
    expect(await runCommand(current, ['audit', 'verify'])).toMatchObject({
      code: 0,
      stdout: 'The audit log is whole.\n',
    });
  });

  it('is noticed when it was put back and went on from there, with as many records as before', async () => {
    const back = await keep();
    await signIn(server, root);
    await server.jobs.drain();
    const seen = readFileSync(anchorFile(folder()));
    await back();
    current = await startSecondServer(server);
    // Another server, which has seen nothing of it.
    const other = await signIn(current, root);
    await signIn(current, root);
    writeFileSync(anchorFile(folder()), seen);
    await noticeEarlierState(current.ctx);
    expect([await isSignedIn(other), await told()]).toEqual([false, 1]);
  });

  it('ends nothing when a server only stops and starts, or its anchors are older than the database', async () => {
    const as = await signIn(server, root);
    await server.jobs.drain();
    const old = readFileSync(anchorFile(folder()));
    await signIn(server, root);
    await server.jobs.drain();
    if (engine === 'sqlite') await end(server);
    writeFileSync(anchorFile(folder()), old);
    // A line that was being written when the power went.
    writeFileSync(anchorFile(folder()), `${old.toString()}["${root.operatorId}",99,"ab`);
    await restart();
    expect([await isSignedIn(as), await told()]).toEqual([true, 0]);
    expect(readAnchors(folder())?.heads.get(root.operatorId)?.sequence).toBe(3);
  });

  it('does not anchor what is taken back', async () => {
    const { db } = server.ctx;
    const info = {
      requestId: '',
      sourceIp: '',
      userAgent: '',
      method: '',
      path: '',
      apiKind: 'Test',
      language: 'en' as const,
    };
    const event = { operatorId: root.operatorId, userName: '', actor: 'root', outcome: 'success' as const };
    const failing = db.transaction().execute(async (tx) => {
      await record(tx, server.clock.now, info, event);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    await server.jobs.drain();
    expect(readAnchors(folder())?.heads.get(root.operatorId)?.sequence).toBe(1);
    await noticeEarlierState(server.ctx);
    expect(await told()).toBe(0);
  });

  it('H8: an empty database beside keys that know one offers no first operator, and names the way out', async () => {
    await server.jobs.drain();
    const empty = engine === 'postgres' ? await createPostgresDatabase() : undefined;
    if (empty) further.push(empty.drop);
    const databaseUrl = empty?.url ?? `sqlite:${join(dirname(file()), 'empty.db')}`;
    const config = { ...server.ctx.config, databaseUrl };
    const refusal =
      /this database is empty, and .* has been used with one that had accounts\. .*restore FILE\. To begin anew/;
    await expect(keysFor(config, 'may be new')).rejects.toThrow(refusal);
    if (engine === 'sqlite') expect(existsSync(databaseUrl.slice('sqlite:'.length))).toBe(false);
    const db = openDatabase(databaseUrl, () => {}, patient);
    await migrate(db);
    await expect(assertNotLost(db, config)).rejects.toThrow(refusal);
    // The way out.
    rmSync(anchorFile(folder()));
    await assertNotLost(db, config);
    await expect(keysFor(config, 'may be new')).resolves.toBeDefined();
    await db.destroy();
  });

  it('serves where the data folder takes no anchors, and says it once', async () => {
    rmSync(anchorFile(folder()));
    mkdirSync(anchorFile(folder()));
    await signIn(server, root);
    await server.jobs.drain();
    await signIn(server, root);
    await server.jobs.drain();
    expect(server.log().match(/takes no anchors/g)).toHaveLength(1);
    rmSync(anchorFile(folder()), { recursive: true });
  });

  it.runIf(engine === 'sqlite').each([
    ['is gone', (wal: string) => rmSync(wal)],
    ['is cut to its first half', (wal: string) => truncateSync(wal, readFileSync(wal).length >> 1)],
  ])('H8, F06: a WAL that %s is noticed', async (_, damage) => {
    // What SIGKILL leaves: the WAL beside the file.
    const copy = (name: string) => join(folder(), 'cut', name);
    expect(checkpointSqlite(file())).toBe(true);
    for (let i = 0; i < 5; i++) await signIn(server, root);
    await server.jobs.drain();
    mkdirSync(join(folder(), 'cut'));
    for (const name of ['warifu.db', 'warifu.db-wal']) copyFileSync(join(folder(), name), copy(name));
    await end(server);
    damage(copy('warifu.db-wal'));
    for (const name of ['warifu.db', 'warifu.db-wal']) {
      rmSync(join(folder(), name), { force: true });
      if (existsSync(copy(name))) copyFileSync(copy(name), join(folder(), name));
    }
    rmSync(`${file()}-shm`, { force: true });
    const before = readAnchors(folder())?.heads.get(root.operatorId)?.sequence;
    expect(before).toBe(6);
    current = await startSecondServer(server);
    const lost = await runCommand(current, ['audit', 'verify']);
    expect([lost.code, lost.stdout]).toEqual([
      1,
      expect.stringMatching(/the last \d of the 6 records that were seen are missing/),
    ]);
  });

  it.runIf(engine === 'sqlite')(
    'a file that was moved without what was anchored beside it counts as one that was put back',
    async () => {
      const as = await signIn(server, root);
      await server.jobs.drain();
      await end(server);
      rmSync(anchorFile(folder()));
      await restart();
      expect([await isSignedIn(as), await told()]).toEqual([false, 1]);
    },
  );

  it.runIf(engine === 'postgres')(
    'F22: a dump that was loaded into another database knows that it is a copy, without any anchors',
    async () => {
      const as = await signIn(server, root);
      const copy = join(folder(), 'elsewhere');
      expect((await runCommand(server, ['backup', copy])).code).toBe(0);
      const { url, drop } = await createPostgresDatabase();
      further.push(drop);
      await loadDump({ url, env: process.env }, { file: copy, keptAs: undefined, last: [] });
      rmSync(anchorFile(folder()));
      const { ctx } = server;
      current = await startSecondServer({ ...server, ctx: { ...ctx, config: { ...ctx.config, databaseUrl: url } } });
      expect(await isSignedIn(as)).toBe(true);
      await Promise.all([noticeEarlierState(current.ctx), noticeEarlierState(current.ctx)]);
      expect([await isSignedIn(as), await told()]).toEqual([false, 1]);
      await noticeEarlierState(current.ctx);
      expect(await told()).toBe(1);
    },
  );

  it.runIf(engine === 'postgres')('is noticed by a server that runs on', async () => {
    await noticeEarlierState(server.ctx);
    const back = await keep();
    const as = await signIn(server, root);
    await signIn(server, root);
    await server.jobs.drain();
    await back();
    await signIn(server, root);
    await server.jobs.drain();
    await server.jobs.drain();
    expect([await isSignedIn(as), await told()]).toEqual([false, 1]);
  });
});
