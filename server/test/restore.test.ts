import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChains } from '../src/audit/chain.ts';
import { loadKeys } from '../src/crypto/keys.ts';
import { claimServer, openDatabase } from '../src/db/database.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { noticeEarlierState } from '../src/restored/watch.ts';
import { signInConsole } from './support/browser.ts';
import { call } from './support/client.ts';
import { type Ran, runCommand } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import {
  auditOf,
  canaries,
  type Enrolled,
  enrol,
  mailsOf,
  newRoot,
  otpAt,
  type Root,
  signIn,
} from './support/people.ts';
import { askReset, resetToken, verifyReset } from './support/recovery.ts';
import {
  createPostgresDatabase,
  engines,
  patient,
  startSecondServer,
  startTestServer,
  type TestServer,
} from './support/server.ts';

describe.each(engines)('warifu restore on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-restore-'));
  const backup = join(folder, 'backup');
  const drops: (() => Promise<void>)[] = [];
  let server: TestServer;
  let root: Root;
  let owner: Enrolled;
  let japanese: Root;
  let session: Enrolled;
  let link = '';
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    // The command has the clock of this machine.
    server.clock.now = Date.now();
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    root = await newRoot(server);
    japanese = await newRoot(server);
    const { db } = server.ctx;
    await db.updateTable('users').set({ language: 'ja' }).where('operator_id', '=', japanese.operatorId).execute();
    owner = await enrol(server, root);
    session = owner;
    await signInConsole(server, root, otpAt(owner.seed, server.clock.now));
    link = await resetToken(server, root);
    expect(link).not.toBe('');
    // Its work is still to be done, or is just done.
    await askReset(server, root);
    let over = false;
    const writing = Array.from({ length: 3 }, async () => {
      while (!over) await signIn(server, japanese);
    });
    expect(await runCommand(server, ['backup', backup])).toMatchObject({ code: 0, stderr: '' });
    over = true;
    await Promise.all(writing);
  });
  afterAll(async () => {
    await server.stop();
    for (const drop of drops) await drop();
    rmSync(folder, { recursive: true });
  });

  /** Another place, with the same keys and without a database. */
  async function elsewhere(name: string): Promise<TestServer> {
    const dataDir = join(folder, name);
    mkdirSync(join(dataDir, 'keys'), { recursive: true });
    copyFileSync(server.ctx.config.keyFile.path, join(dataDir, 'keys', 'keys.json'));
    const database = engine === 'postgres' ? await createPostgresDatabase() : undefined;
    if (database) drops.push(database.drop);
    const databaseUrl = database?.url ?? `sqlite:${dataDir}/warifu.db`;
    return { ...server, ctx: { ...server.ctx, config: { ...server.ctx.config, dataDir, databaseUrl } } };
  }
  const restore = (place: TestServer, ...args: string[]): Promise<Ran> => runCommand(place, ['restore', ...args]);
  /** All that a place holds, but what SQLite and the lock of a server leave. */
  async function contentOf({ ctx }: TestServer) {
    const names = readdirSync(ctx.config.dataDir).filter((name) => !/-(shm|wal|lock)$|keys/.test(name));
    if (engine === 'sqlite') return names;
    const db = openDatabase(ctx.config.databaseUrl, () => {}, patient);
    const tables = await db.introspection.getTables();
    await db.destroy();
    return [...names, ...tables.map((table) => table.name)];
  }

  it('R78, F09: of a backup under load, sign-in, MFA and recovery work elsewhere; sessions and links of before do not', async () => {
    const place = await elsewhere('whole');
    const { code, stdout, stderr } = await restore(place, backup, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const said = JSON.parse(stdout) as { at: string; ended: Record<string, number>; keptAs: unknown };
    expect(said.ended).toMatchObject({ told: 2 });
    expect((said.ended.links ?? 0) + (said.ended.requests ?? 0)).toBeGreaterThanOrEqual(3);
    expect(said.ended.sessions).toBeGreaterThanOrEqual(2);
    expect(said.keptAs).toBeNull();
    const restored = await startSecondServer(place);
    restored.clock.now = Date.now() + 60_000;
    const list = await call(restored, 'GET', '/v1/auth/sessions', { as: session });
    expect([list.status, list.body.code]).toEqual([401, 'AUM0001']);
    const { email, password } = root;
    const byOldLink = { token: link, email, password, backupCode: owner.backupCodes[0] };
    expect((await verifyReset(restored, byOldLink)).status).toBe(400);
    // Both are told, once, each in its language; a mail with a link of before does not go out.
    for (const [one, language] of [
      [root, 'en'],
      [japanese, 'ja'],
    ] as const) {
      const mails = await mailsOf(restored, one.operatorId);
      const told = mails.filter(({ template }) => template === 'database_restored');
      expect(told.map(({ to }) => to)).toEqual([one.email]);
      expect(told[0]?.facts).toMatchObject({ asOf: Date.parse(said.at) });
      const [user] = await restored.ctx.db
        .selectFrom('users')
        .select('language')
        .where('operator_id', '=', one.operatorId)
        .execute();
      expect(user?.language).toBe(language);
      const [record] = await auditOf(restored, one.operatorId, 'Host:restore');
      expect(record).toMatchObject({ outcome: 'success', reason: 'restored', actor: expect.stringMatching(/^host:/) });
    }
    // Without the code it is refused; with it, and with the password alone for who has no MFA, it is not.
    const alone = await call(restored, 'POST', '/v1/auth', { body: { email, password } });
    expect(alone.body).toMatchObject({ code: 'MFA0001' });
    await signIn(restored, root, otpAt(owner.seed, restored.clock.now));
    await signIn(restored, japanese);
    const token = await resetToken(restored, root);
    const proof = { token, email, password, backupCode: owner.backupCodes[1] };
    expect((await verifyReset(restored, proof)).status).toBe(200);
    await signIn(restored, root);
    // What follows from a restore follows once.
    await noticeEarlierState(restored.ctx);
    expect(await auditOf(restored, root.operatorId, 'System:restored')).toEqual([]);
    await checkInvariants(restored);
    await restored.stop();
  });

  it('keeps what is there unless it is told to replace it, and then keeps it aside', async () => {
    const place = await elsewhere('again');
    expect((await restore(place, backup)).code).toBe(0);
    const refused = await restore(place, backup);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/is there already.*--replace/)]);
    const { code, stdout } = await restore(place, backup, '--replace', '--json');
    expect(code).toBe(0);
    const { keptAs } = JSON.parse(stdout) as { keptAs: string };
    if (engine === 'sqlite') {
      const kept = openDatabase(`sqlite:${keptAs}`, () => {}, patient);
      expect(await verifyChains(kept)).toEqual([]);
      await kept.destroy();
    } else expect(keptAs).toMatch(/^schema public_before_restore_\d{8}t\d{6}z$/);
    const restored = await startSecondServer(place);
    await signIn(restored, japanese);
    await checkInvariants(restored);
    await restored.stop();
  });

  it('refuses while a server runs on it', async () => {
    const place = await elsewhere('running');
    const { databaseUrl } = place.ctx.config;
    const before = await contentOf(place);
    const db = engine === 'postgres' ? openDatabase(databaseUrl, () => {}, patient) : undefined;
    await db?.introspection.getTables();
    const release = claimServer(databaseUrl);
    const { code, stderr } = await restore(place, backup);
    release();
    await db?.destroy();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Warifu server is (running|connected)/)]);
    expect(await contentOf(place)).toEqual(before);
  });

  // Before an engine is asked for anything.
  it.runIf(engine === 'sqlite')(
    'checks manifest, engine, version, keys and content before anything is written',
    async () => {
      const place = await elsewhere('checked');
      const before = await contentOf(place);
      const manifest = JSON.parse(readFileSync(`${backup}.json`, 'utf8')) as Record<string, unknown>;
      const as = async (name: string, change: (file: string) => void, say: RegExp, exit = 1) => {
        const file = join(folder, name);
        copyFileSync(backup, file);
        writeFileSync(`${file}.json`, JSON.stringify(manifest));
        change(file);
        const { code, stderr } = await restore(place, file);
        expect([name, code, stderr]).toEqual([name, exit, expect.stringMatching(say)]);
        expect([name, await contentOf(place)]).toEqual([name, before]);
      };
      const edit = (part: object) => (file: string) =>
        writeFileSync(`${file}.json`, JSON.stringify({ ...manifest, ...part }));
      await as('without', (file) => rmSync(`${file}.json`), /without\.json is missing/);
      await as('other', (file) => writeFileSync(`${file}.json`, '{}'), /no manifest of a backup/);
      await as('engine', edit({ engine: 'postgres' }), /is a backup of/);
      await as('newer', edit({ migration: '0099-later', version: '9.9.9' }), /newer Warifu, 9\.9\.9 \(0099-later\)/);
      const flipped = (file: string) => {
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1] = 255 - (bytes[bytes.length >> 1] ?? 0);
        writeFileSync(file, bytes);
      };
      await as('flipped', flipped, /SHA-256 is another one/);
      const path = join(place.ctx.config.dataDir, 'keys', 'keys.json');
      const own = readFileSync(path);
      rmSync(path);
      await as('keyless', () => {}, /key file .* is missing/, 78);
      expect(existsSync(path)).toBe(false);
      loadKeys(path);
      await as('other-keys', () => {}, /keys in the data folder are not those/, 78);
      writeFileSync(path, own, { mode: 0o600 });
      expect((await restore(place, backup)).code).toBe(0);
    },
  );

  it.runIf(engine === 'sqlite')(
    'leaves nothing or a finished restore, at whatever change of the folder it is killed',
    { timeout: 180_000 },
    async () => {
      const place = await elsewhere('killed');
      const { dataDir } = place.ctx.config;
      expect((await restore(place, backup)).code).toBe(0);
      const fresh = join(folder, 'fresh');
      cpSync(dataDir, fresh, { recursive: true });
      let finished = 0;
      for (let at = 1; finished < 1; at++) {
        rmSync(dataDir, { recursive: true });
        cpSync(fresh, dataDir, { recursive: true });
        const seen = new Set([namesIn(dataDir)]);
        const { code } = await runCommand(place, ['restore', backup, '--replace'], {}, (kill) => {
          const timer = setInterval(() => {
            seen.add(namesIn(dataDir));
            if (seen.size > at) kill();
          }, 0);
          return () => clearInterval(timer);
        });
        if (code === 0) finished++;
        const db = openDatabase(`sqlite:${dataDir}/warifu.db`, () => {}, patient);
        const records = await db
          .selectFrom('audit_log')
          .select('sequence')
          .where('api_kind', '=', 'Host:restore')
          .execute();
        const sessions = await db.selectFrom('sessions').selectAll().execute();
        expect([at, records.length, sessions.length, await verifyChains(db)]).toEqual([at, 3, 0, []]);
        await db.destroy();
      }
    },
  );

  it.runIf(engine === 'postgres')(
    'is finished by the server when it was killed after the data was in its place',
    async () => {
      const place = await elsewhere('unfinished');
      const { databaseUrl } = place.ctx.config;
      const { loadDump } = await import('../src/db/copies.ts');
      const { markUnfinished } = await import('../src/restored/end.ts');
      const load = { file: backup, keptAs: undefined, last: [markUnfinished] };
      await loadDump({ url: databaseUrl, env: process.env }, load);
      const restored = await startSecondServer(place);
      expect((await call(restored, 'GET', '/v1/auth/sessions', { as: session })).status).toBe(200);
      await noticeEarlierState(restored.ctx);
      expect((await call(restored, 'GET', '/v1/auth/sessions', { as: session })).status).toBe(401);
      await noticeEarlierState(restored.ctx);
      expect(await auditOf(restored, root.operatorId, 'System:restored')).toHaveLength(1);
      // A load that fails half way leaves nothing.
      const other = await elsewhere('failed');
      const failing = { ...load, last: [markUnfinished, 'SELECT 1/0;'] };
      await expect(loadDump({ url: other.ctx.config.databaseUrl, env: process.env }, failing)).rejects.toThrow(
        /psql failed.*division by zero/s,
      );
      expect(await contentOf(other)).toEqual([]);
      await restored.stop();
    },
  );

  it('I5: no secret is in a backup or its manifest', () => {
    for (const file of [backup, `${backup}.json`]) {
      const bytes = readFileSync(file);
      for (const canary of canaries) expect(bytes.includes(canary)).toBe(false);
    }
  });
});

/** The names in a folder; what has a new name each time is as good as another of its kind. */
function namesIn(folder: string): string {
  return readdirSync(folder)
    .map((name) => name.replace(/\.warifu-[\da-f-]+/, '.warifu'))
    .sort()
    .join(' ');
}
