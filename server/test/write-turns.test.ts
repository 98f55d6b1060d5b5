import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asServer, isStorageFailure, transaction } from '../src/db/database.ts';
import { startTestServer, type TestServer } from './support/server.ts';

/** What several requests write at one instant into the one file of the embedded database. */
describe('writes on SQLite', () => {
  let server: TestServer;
  /** Another process. */
  let other: DatabaseSync;
  beforeEach(async () => {
    server = await startTestServer('sqlite', {}, { manners: asServer });
    other = new DatabaseSync(server.ctx.config.databaseUrl.slice('sqlite:'.length));
  });
  afterEach(async () => {
    other.close();
    await server.stop();
  });

  const insert = (key: string) => server.ctx.db.insertInto('server_state').values({ key, value: '' }).execute();
  const write = (key: string, end: () => Promise<void> = async () => {}) =>
    transaction(server.ctx.db, async (db) => {
      await db.insertInto('server_state').values({ key, value: '' }).execute();
      await end();
    });
  const onDisk = () =>
    (other.prepare("SELECT key FROM server_state WHERE key LIKE 'w%' ORDER BY key").all() as { key: string }[]).map(
      ({ key }) => key,
    );

  it('are all on the disk when they are acknowledged, and one that fails takes no other with it', async () => {
    const seen: boolean[] = [];
    const writes = Array.from({ length: 100 }, async (_, i) => {
      const key = `w${String(i).padStart(2, '0')}`;
      const fails = i % 7 === 3;
      const end = async () => {
        if (fails) throw new Error('as asked for');
      };
      const done = await (i % 2 === 0 || fails ? write(key, end) : insert(key)).then(
        () => true,
        () => false,
      );
      expect(done).toBe(!fails);
      seen.push(onDisk().includes(key) === done);
    });
    await Promise.all(writes);
    expect(seen).toEqual(Array.from({ length: 100 }, () => true));
    expect(onDisk()).toHaveLength(86);
  });

  it('happen in the order in which they were asked for', async () => {
    const order: number[] = [];
    const work = (i: number) => write(`w${i}`, async () => void order.push(i));
    // Each asks again when it is through: it must not overtake those that waited meanwhile.
    await Promise.all([0, 1, 2, 3].map((i) => work(i).then(() => work(i + 4))));
    expect(order.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('that are under way hold up no reader, and show it nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const writing = write('w1', () => promise);
    const read = () => server.ctx.db.selectFrom('server_state').select('key').where('key', '=', 'w1').execute();
    expect(await read()).toEqual([]);
    resolve();
    await writing;
    expect(await read()).toEqual([{ key: 'w1' }]);
  });

  it('that lose the whole transaction to a full disk are refused, each of them, and nothing is half there', async () => {
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(server.ctx.db);
    await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(server.ctx.db);
    const big = 'x'.repeat(60_000);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        server.ctx.db
          .insertInto('server_state')
          .values({ key: `w${i}`, value: big })
          .execute()
          .then(
            () => `w${i}`,
            (error: unknown) => (isStorageFailure(error) ? undefined : error),
          ),
      ),
    );
    const written = outcomes.filter((outcome) => outcome !== undefined);
    expect(written.length).toBeLessThan(12);
    expect(onDisk()).toEqual([...written].sort());
    await sql`pragma max_page_count = 1073741823`.execute(server.ctx.db);
    await insert('w99');
    expect(onDisk()).toContain('w99');
  });

  it('that wait for another process hold up nothing else, and go on in order when it is through', async () => {
    other.exec('begin immediate');
    const order: number[] = [];
    const writing = Promise.all([1, 2, 3, 4, 5].map((i) => write(`w${i}`, async () => void order.push(i))));
    let turns = 0;
    for (let i = 0; i < 5; i++) {
      await delay(1);
      turns++;
      expect((await server.app.inject({ url: '/healthz' })).statusCode).toBe(200);
    }
    expect(turns).toBe(5);
    expect(order).toEqual([]);
    other.exec('commit');
    await writing;
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(onDisk()).toEqual(['w1', 'w2', 'w3', 'w4', 'w5']);
  });

  it('give up when another process does not end, one and all, and the next one is done', async () => {
    other.exec('begin immediate');
    const outcomes = await Promise.all(
      [1, 2, 3].map((i) =>
        insert(`w${i}`).then(
          () => 'written',
          (error: unknown) => isStorageFailure(error),
        ),
      ),
    );
    expect(outcomes).toEqual([true, true, true]);
    other.exec('commit');
    await insert('w4');
    expect(onDisk()).toEqual(['w4']);
  });
});
