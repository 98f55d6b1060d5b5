import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, migrate, openDatabase, openUpToDate } from '../src/db/database.ts';
import { type Migrations, migrations } from '../src/db/migrations/index.ts';
import { afterEach, cutMigrations, type Version, versions } from './support/cut-migration.ts';
import { engines, patient } from './support/server.ts';

const { later } = versions;
const quiet = () => {};

/** What a start makes of a database: its tables, and what a row of before says. */
async function startOn(url: string, steps: Migrations): Promise<{ tables: string[]; kept: string | undefined }> {
  const db = await openUpToDate(url, quiet, { steps, manners: patient });
  try {
    const tables = (await db.introspection.getTables()).map(({ name }) => name).sort();
    const kept = await db.selectFrom('server_state').select('value').where('key', '=', 'kept').executeTakeFirst();
    return { tables, kept: kept?.value };
  } finally {
    await db.destroy();
  }
}

/** A database of the first version with a row. */
async function fill(url: string): Promise<void> {
  const db = await openUpToDate(url, quiet, { manners: patient });
  await db.insertInto('server_state').values({ key: 'kept', value: 'as it was' }).execute();
  await db.destroy();
}

/** Migrates a database, and counts the statements. */
async function countStatements(url: string, steps: Migrations): Promise<number> {
  let statements = 0;
  const db = openDatabase(url, quiet, patient).withPlugin(afterEach(async (count) => void (statements = count)));
  await migrate(db, steps);
  await db.destroy();
  return statements;
}

const cases: { what: string; version: Version; before: (url: string) => Promise<void>; kept: string | undefined }[] = [
  { what: 'a first start', version: 'first', before: async () => {}, kept: undefined },
  { what: 'an upgrade with data', version: 'later', before: fill, kept: 'as it was' },
];
/** A process that is told to end while it starts says that all is well. */
const signals = [
  ['SIGKILL', 'SIGKILL'],
  ['SIGTERM', 0],
] as const;
const leastOf = { first: 40, later: 5 };
const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe.each(cases)('$what that is cut off after any statement, on SQLite', ({ version, before, kept }) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-cut-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const steps = versions[version];
  const file = join(folder, 'warifu.db');
  let statements = 0;
  let whole: { tables: string[] };
  beforeAll(async () => {
    await before(`sqlite:${file}`);
    if (kept !== undefined) copyFileSync(file, join(folder, 'before.db'));
    statements = await countStatements(`sqlite:${file}`, steps);
    whole = await startOn(`sqlite:${file}`, steps);
    expect(statements).toBeGreaterThan(leastOf[version]);
  });

  it.each(signals)('starts again after %s, and no row is lost', async (signal, ended) => {
    const cuts = oneTo(statements).map((at) => ({ at, url: `sqlite:${join(folder, `${signal}-${at}.db`)}` }));
    for (const { url } of kept === undefined ? [] : cuts) copyFileSync(join(folder, 'before.db'), url.slice(7));
    expect(await cutMigrations(cuts, version, signal)).toBe(ended);
    for (const { at, url } of cuts) expect([at, await startOn(url, steps)]).toEqual([at, { ...whole, kept }]);
  });

  it('starts again after a failure', async () => {
    for (const at of oneTo(statements)) {
      const url = `sqlite:${join(folder, `failed-${at}.db`)}`;
      await before(url);
      const db = openDatabase(url, quiet, patient).withPlugin(
        afterEach(async (count) => {
          if (count === at) throw new Error('the disk is full');
        }),
      );
      await migrate(db, steps).catch(quiet);
      await db.destroy();
      expect([at, await startOn(url, steps)]).toEqual([at, { ...whole, kept }]);
    }
  });
});

/** Databases that one process is stopped in at once; each has its connections. */
const atOnce = 15;

describe.runIf(engines.includes('postgres')).each(cases)(
  '$what that is cut off after any statement, on PostgreSQL',
  ({ version, before, kept }) => {
    const steps = versions[version];
    const prefix = `warifu_cut_${randomBytes(6).toString('hex')}`;
    const made: string[] = [];
    let admin: Db;
    let statements = 0;
    let whole: { tables: string[] };
    const run = (statement: string) => sql.raw(statement).execute(admin);
    const urlOf = (name: string) => {
      const url = new URL(process.env.WARIFU_TEST_POSTGRES_URL ?? '');
      url.pathname = `/${name}`;
      return url.toString();
    };
    /** A database as it is before, under a name of its own. */
    async function create(template?: string): Promise<string> {
      const name = `${prefix}_${made.length}`;
      made.push(name);
      await run(`create database ${name}${template === undefined ? '' : ` template ${template}`}`);
      return name;
    }
    let template = '';
    beforeAll(async () => {
      admin = openDatabase(process.env.WARIFU_TEST_POSTGRES_URL ?? '', quiet, patient);
      template = await create();
      await before(urlOf(template));
      const finished = urlOf(await create(template));
      statements = await countStatements(finished, steps);
      whole = await startOn(finished, steps);
      expect(statements).toBeGreaterThan(leastOf[version]);
    });
    afterAll(async () => {
      for (const name of made) await run(`drop database if exists ${name} with (force)`);
      await admin.destroy();
    });

    /** The tables, with the columns of one, and the row of before. */
    async function stateOf(url: string) {
      const db = openDatabase(url, quiet, patient);
      const tables = await db.introspection.getTables();
      const state = tables.find((table) => table.name === 'server_state');
      const row = state && db.selectFrom('server_state').select('value').where('key', '=', 'kept');
      const value = (await row?.executeTakeFirst())?.value;
      await db.destroy();
      return {
        tables: tables
          .map((table) => table.name)
          .filter((name) => !name.startsWith('kysely'))
          .sort(),
        columns: state?.columns.map((column) => column.name),
        kept: value,
      };
    }

    it.each(signals)(
      'holds nothing of it or all of it after %s, no row is lost, and it starts again',
      async (signal, ended) => {
        const nothing = await stateOf(urlOf(template));
        let urls: string[] = [];
        const rest = oneTo(statements);
        let untouched = 0;
        while (rest.length > 0) {
          while (urls.length < Math.min(atOnce, rest.length)) urls.push(urlOf(await create(template)));
          const cuts = rest.splice(0, atOnce).map((at, i) => ({ at, url: urls[i] as string }));
          expect(await cutMigrations(cuts, version, signal)).toBe(ended);
          const again: string[] = [];
          for (const { at, url } of cuts) {
            const state = await stateOf(url);
            // What holds nothing is as it was before, and is cut off once more; all that is left is started.
            const isUntouched = JSON.stringify(state) === JSON.stringify(nothing);
            if (isUntouched) untouched++;
            if (isUntouched && rest.length > 0) again.push(url);
            else expect([at, await startOn(url, steps)]).toEqual([at, { ...whole, kept }]);
          }
          urls = again;
        }
        // Most of the statements are those of the migration.
        expect(untouched).toBeGreaterThan(leastOf[version]);
      },
    );
  },
);

describe('before an upgrade of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-copy-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'warifu.db');
  const copy = `${file}.before-0002-later`;

  it('nothing is copied where there is nothing to lose, or nothing to do', async () => {
    await fill(`sqlite:${file}`);
    await startOn(`sqlite:${file}`, migrations);
    expect(readdirSync(folder)).toEqual(['warifu.db']);
  });

  it('it is copied whole, for its owner only; the version of before starts on the copy', async () => {
    await startOn(`sqlite:${file}`, later);
    expect(readdirSync(folder).sort()).toEqual(['warifu.db', 'warifu.db.before-0002-later']);
    expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
    expect((await startOn(`sqlite:${copy}`, migrations)).kept).toBe('as it was');
    await expect(startOn(`sqlite:${file}`, migrations)).rejects.toThrow(/a newer Warifu .*0002-later/);
  });

  it('says why an upgrade failed, and leaves the database as it was', async () => {
    const url = `sqlite:${copy}`;
    const failing = {
      ...migrations,
      '0002-bad': { up: async (db: Db) => void (await sql`drop table users_`.execute(db)) },
    };
    await expect(startOn(url, failing)).rejects.toThrow(/could not be brought up to date.*no such table: users_/);
    expect((await startOn(url, migrations)).kept).toBe('as it was');
  });
});
