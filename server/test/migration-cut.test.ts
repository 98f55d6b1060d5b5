import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KyselyPlugin, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, migrate, openDatabase, openUpToDate } from '../src/db/database.ts';
import { type Migrations, migrations } from '../src/db/migrations/index.ts';
import { engines } from './support/server.ts';

/** A second version: it makes a table, changes one, and moves its rows. */
const later: Migrations = {
  ...migrations,
  '0002-later': {
    up: async (db: Db) => {
      await db.schema
        .createTable('later' as never)
        .addColumn('key', 'text')
        .execute();
      await db.schema.alterTable('server_state').addColumn('later', 'text').execute();
      await sql`update server_state set later = value`.execute(db);
      await db.schema.createIndex('later_index').on('later').column('key').execute();
    },
  },
};

/** Calls a function after each statement, with how many there were. When it throws, no statement follows. */
function afterEach(work: (count: number) => Promise<void>): KyselyPlugin {
  let count = 0;
  let over = false;
  return {
    transformQuery: ({ node }) => {
      if (over) throw new Error('nothing follows');
      return node;
    },
    transformResult: async ({ result }) => {
      await work(++count).catch((error: unknown) => {
        over = true;
        throw error;
      });
      return result;
    },
  };
}

const quiet = () => {};

/** What a start makes of a database: its tables, and what a row of before says. */
async function startOn(url: string, steps: Migrations): Promise<{ tables: string[]; kept: string | undefined }> {
  const db = await openUpToDate(url, quiet, { steps });
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
  const db = await openUpToDate(url, quiet);
  await db.insertInto('server_state').values({ key: 'kept', value: 'as it was' }).execute();
  await db.destroy();
}

const cases = [
  { what: 'a first start', steps: migrations, before: async () => {}, kept: undefined },
  { what: 'an upgrade with data', steps: later, before: fill, kept: 'as it was' },
];

describe.each(cases)('$what that is cut off after any statement, on SQLite', ({ steps, before, kept }) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-cut-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'warifu.db');
  const copies: string[] = [];
  let whole: { tables: string[] };

  // What lies on the disk after a statement is what SIGKILL leaves.
  beforeAll(async () => {
    await before(`sqlite:${file}`);
    const db = openDatabase(`sqlite:${file}`, quiet).withPlugin(
      afterEach(async (count) => {
        const copy = join(folder, `cut-${count}`);
        mkdirSync(copy);
        for (const name of ['warifu.db', 'warifu.db-wal']) {
          if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
        }
        copies.push(join(copy, 'warifu.db'));
      }),
    );
    await migrate(db, steps);
    await db.destroy();
    whole = await startOn(`sqlite:${file}`, steps);
  });

  it('starts again after SIGKILL, and no row is lost', async () => {
    expect(copies.length).toBeGreaterThan(steps === later ? 5 : 40);
    for (const copy of copies)
      expect([copy, await startOn(`sqlite:${copy}`, steps)]).toEqual([copy, { ...whole, kept }]);
  });

  it('starts again after a failure', async () => {
    for (let at = 1; at <= copies.length; at++) {
      const url = `sqlite:${join(folder, `failed-${at}.db`)}`;
      await before(url);
      const db = openDatabase(url, quiet).withPlugin(
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

describe.runIf(engines.includes('postgres')).each(cases)(
  '$what that is cut off after any statement, on PostgreSQL',
  ({ steps, before, kept }) => {
    const name = `warifu_cut_${randomBytes(6).toString('hex')}`;
    const url = new URL(process.env.WARIFU_TEST_POSTGRES_URL ?? '');
    let admin: Db;
    const run = (statement: string, db = admin) => sql.raw(statement).execute(db);
    beforeAll(async () => {
      admin = openDatabase(url.toString(), quiet);
      await run(`create database ${name}`);
      url.pathname = `/${name}`;
    });
    afterAll(async () => {
      await run(`drop database ${name} with (force)`);
      await admin.destroy();
    });

    /** Cuts the connections off after a statement and goes no further, as SIGKILL does. */
    async function cutAt(at: number): Promise<boolean> {
      let cut = false;
      const plugin = afterEach(async (count) => {
        if (count !== at) return;
        cut = true;
        await run(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`);
        throw new Error('killed');
      });
      const db = openDatabase(url.toString(), quiet).withPlugin(plugin);
      await migrate(db, steps).catch(quiet);
      await db.destroy();
      return cut;
    }

    /** The tables but the migrator's own, with the columns of one, and the row of before. */
    async function state() {
      const db = openDatabase(url.toString(), quiet);
      const tables = await db.introspection.getTables();
      const has = tables.some((table) => table.name === 'server_state');
      const row =
        has && (await db.selectFrom('server_state').select('value').where('key', '=', 'kept').executeTakeFirst());
      await db.destroy();
      const columns = tables.find((table) => table.name === 'server_state')?.columns.map((column) => column.name);
      return { tables: tables.map((table) => table.name).sort(), columns, kept: row ? row.value : undefined };
    }

    it('holds nothing of it or all of it, no row is lost, and it starts again', async () => {
      await before(url.toString());
      const old = await state();
      const cuts = [];
      while (await cutAt(cuts.length + 1)) cuts.push(await state());
      const { tables, kept: row } = await startOn(url.toString(), steps);
      expect(row).toBe(kept);
      const all = await state();
      expect(all.tables).toEqual(tables);
      expect(all).not.toEqual(old);
      for (const cut of cuts) expect([old, all]).toContainEqual(cut);
      // Most of the statements are those of the migration.
      expect(cuts.filter((cut) => cut.tables.length === old.tables.length).length).toBeGreaterThan(
        steps === later ? 5 : 40,
      );
    });
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
