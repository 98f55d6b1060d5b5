import { spawn } from 'node:child_process';
import { type KyselyPlugin, sql } from 'kysely';
import { asHostCommand, type Db, migrate, openDatabase } from '../../src/db/database.ts';
import { type Migrations, migrations } from '../../src/db/migrations/index.ts';

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

export const versions = { first: migrations, later };
export type Version = keyof typeof versions;

/** Calls a function after each statement, with how many there were. When it throws, no statement follows. */
export function afterEach(work: (count: number) => Promise<void>): KyselyPlugin {
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

export type Cut = { readonly url: string; readonly at: number };

/**
 * Migrates several databases in one process of its own, each as far as its statement, and then ends that process by a
 * signal: what each of them is left with is what the signal leaves.
 * @returns the signal or the code that it ended by
 */
export async function cutMigrations(cuts: readonly Cut[], version: Version, signal: 'SIGKILL' | 'SIGTERM') {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify({ cuts, version, signal })], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return await new Promise((resolve) => child.once('close', (code, by) => resolve(by ?? code)));
}

/** Migrates until a statement, and resolves there or at the end; the migration never goes on. */
async function until({ url, at }: Cut, steps: Migrations): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = async (count: number) => {
      if (count !== at) return;
      resolve();
      await new Promise(() => {});
    };
    const db = openDatabase(url, () => {}, asHostCommand).withPlugin(afterEach(stop));
    migrate(db, steps).then(resolve, reject);
  });
}

if (import.meta.main) {
  const { cuts, version, signal } = JSON.parse(process.argv[2] ?? '') as {
    cuts: Cut[];
    version: Version;
    signal: NodeJS.Signals;
  };
  // As `serve` obeys it while it starts.
  process.on('SIGTERM', () => process.exit(0));
  await Promise.all(cuts.map((cut) => until(cut, versions[version])));
  process.kill(process.pid, signal);
  // The handler above runs in a later turn.
  setTimeout(() => process.exit(3), 10_000);
}
