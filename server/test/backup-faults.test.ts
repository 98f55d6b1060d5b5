import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChains } from '../src/audit/chain.ts';
import { openDatabase } from '../src/db/database.ts';
import { checkpointSqlite } from '../src/db/sqlite.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { isUnfinished } from '../src/restored/end.ts';
import { noticeEarlierState } from '../src/restored/watch.ts';
import { call } from './support/client.ts';
import { placeOf, runCommand, runProgram } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import {
  createPostgresDatabase,
  engines,
  patient,
  startSecondServer,
  startTestServer,
  type TestServer,
} from './support/server.ts';

/** A small file system of one's own, which is gone with the command; what it holds then is the last line that is said. */
const own = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'];
const small =
  'mount -t tmpfs -o size=$1 tmpfs "$0" || exit 99; shift; "$@"; code=$?; ls -A "$0" | tr "\\n" " " >&2; exit $code';
const mayMount = spawnSync('unshare', [...own.slice(1), small, tmpdir(), '16k', 'true']).status === 0;

const page = 4096;

describe.each(engines)('backup and restore on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-backup-faults-'));
  const backup = join(folder, 'backup');
  let server: TestServer;
  let root: Root;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    server.clock.now = Date.now();
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    root = await newRoot(server);
    await signIn(server, root);
    expect((await runCommand(server, ['backup', backup])).code).toBe(0);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it.runIf(mayMount)('F05: a full disk is told as one, and leaves no backup', { timeout: 120_000 }, async () => {
    const place = join(folder, 'small');
    mkdirSync(place);
    const bytes = statSync(backup).size;
    // In the middle of the copy, and with room for it but not for what stands beside it.
    for (const room of [Math.floor(bytes / 2), Math.ceil(bytes / page) * page]) {
      const ran = await runProgram(['backup', join(place, 'copy')], placeOf(server.ctx.config), undefined, [
        ...own,
        small,
        place,
        String(room),
      ]);
      const told = `warifu: There is no room for the backup in ${place}, and nothing was written. Make room, or name another place.\n`;
      expect([room, ran]).toEqual([room, { code: 1, stdout: '', stderr: told }]);
    }
  });

  it.runIf(engine === 'sqlite' && mayMount)('F05: a restore onto a full disk changes nothing', async () => {
    const place = join(folder, 'full');
    mkdirSync(place);
    const { WARIFU_DATA_DIR: keys } = placeOf(server.ctx.config);
    const env = { WARIFU_DATA_DIR: place, WARIFU_KEYS_FILE: join(keys ?? '', 'keys', 'keys.json') };
    const room = String(Math.ceil(statSync(backup).size / page) * page);
    const ran = await runProgram(['restore', backup], env, undefined, [...own, small, place, room]);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^warifu: There is no room for the database in .*\n(warifu\.db\.server-lock )?$/);
  });

  it.runIf(engine === 'sqlite').each<[string, (wal: string, database: string) => void]>([
    ['a bit of its first page is flipped', (wal) => flip(wal, 32 + 24 + 100)],
    ['it is cut in the middle', (wal) => truncateSync(wal, statSync(wal).size >> 1)],
    ['it is no WAL at all', (wal) => writeFileSync(wal, 'x'.repeat(statSync(wal).size))],
    [
      'the database beside it is no database any more',
      (_, database) => writeFileSync(database, Buffer.alloc(page * 4)),
    ],
  ])('F06: restore --replace takes nothing from a damaged WAL: %s', async (_, damage) => {
    const dataDir = mkdtempSync(join(folder, 'wal-'));
    const place: TestServer = {
      ...server,
      ctx: { ...server.ctx, config: { ...server.ctx.config, dataDir, databaseUrl: `sqlite:${dataDir}/warifu.db` } },
    };
    mkdirSync(join(dataDir, 'keys'));
    copyFileSync(server.ctx.config.keyFile.path, join(dataDir, 'keys', 'keys.json'));
    const database = join(dataDir, 'warifu.db');
    const source = server.ctx.config.databaseUrl.slice('sqlite:'.length);
    expect(checkpointSqlite(source)).toBe(true);
    // What a kill leaves: writes that are in the WAL alone.
    for (let i = 0; i < 3; i++) await signIn(server, root);
    for (const end of ['', '-wal']) copyFileSync(`${source}${end}`, `${database}${end}`);
    damage(`${database}-wal`, database);
    const ran = await runCommand(place, ['restore', backup, '--replace', '--json']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const { keptAs } = JSON.parse(ran.stdout) as { keptAs: string };
    expect([existsSync(keptAs), existsSync(`${database}-wal`)]).toEqual([true, false]);
    const db = openDatabase(`sqlite:${database}`, () => {}, patient);
    expect(await verifyChains(db)).toEqual([]);
    const records = await db
      .selectFrom('audit_log')
      .select('api_kind')
      .where('operator_id', '=', root.operatorId)
      .orderBy('sequence')
      .execute();
    expect(records.map((record) => record.api_kind)).toEqual(['Test:create', 'Auth:auth', 'Host:restore']);
    await db.destroy();
  });

  it.runIf(engine === 'postgres')(
    'F22: a restore that is killed leaves what was there, or all of the backup; the next start, or the next try, ends it',
    { timeout: 180_000 },
    async () => {
      const { url, drop } = await createPostgresDatabase();
      const place = { ...server, ctx: { ...server.ctx, config: { ...server.ctx.config, databaseUrl: url } } };
      // Not by the name of a server, which would be a reason to refuse.
      const watch = openDatabase(`${url}?application_name=watch`, () => {}, patient);
      const is = async (condition: string) =>
        (await sql`select 1 where ${sql.raw(condition)}`.execute(watch)).rows.length > 0;
      expect((await runCommand(place, ['restore', backup])).code).toBe(0);
      const tool = "application_name = 'warifu backup' and datname = current_database()";
      const moments = {
        'its connection is there': `exists (select from pg_stat_activity where ${tool})`,
        'tables are filled': `exists (select from pg_stat_activity where ${tool} and query like 'COPY%')`,
        'the data is in its place': "exists (select from public.server_state where key = 'restore_unfinished')",
      };
      let kills = 0;
      for (const [moment, condition] of Object.entries(moments)) {
        const before = await startSecondServer(place);
        const as = await signIn(before, root);
        await before.stop();
        const ran = await runCommand(place, ['restore', backup, '--replace'], {}, (kill) => {
          let isOver = false;
          void (async () => {
            while (!isOver && !(await is(condition).catch(() => false)));
            kill();
          })();
          return () => (isOver = true);
        });
        if (ran.code === null) kills++;
        else expect([moment, ran.code, ran.stderr]).toEqual([moment, 0, '']);
        await expect
          .poll(() => is(`exists (select from pg_stat_activity where ${tool})`), { timeout: 60_000 })
          .toBe(false);
        const isUndone = await is(moments['the data is in its place']);
        const isNew = isUndone || ran.code === 0;
        const after = await startSecondServer(place);
        expect([moment, await verifyChains(after.ctx.db)]).toEqual([moment, []]);
        await noticeEarlierState(after.ctx);
        // Of the state that was there nothing ended; of the backup, everything did.
        const list = await call(after, 'GET', '/v1/auth/sessions', { as });
        expect([moment, list.status, await isUnfinished(after.ctx.db)]).toEqual([moment, isNew ? 401 : 200, false]);
        await after.stop();
      }
      // A machine may be so quick that one is over before it is killed.
      expect(kills).toBeGreaterThan(1);
      expect(await runCommand(place, ['restore', backup, '--replace'])).toMatchObject({ code: 0, stderr: '' });
      await watch.destroy();
      await drop();
    },
  );
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
