import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Cluster, startPostgres } from '../../scripts/postgres.ts';
import { type Db, isStorageFailure, openDatabase, transaction } from '../src/db/database.ts';
import { engines } from './support/server.ts';

/** A cluster of its own: whoever commits there waits for a standby that never comes. */
describe.runIf(engines.includes('postgres'))('a commit that no standby confirms', () => {
  let cluster: Cluster;
  let db: Db;
  let admin: Db;
  beforeAll(async () => {
    cluster = await startPostgres();
    db = openDatabase(cluster.url, () => {}, { patience: 1000, pause: 0, answer: 30_000 });
    admin = openDatabase(cluster.url, () => {});
    await sql`create table kept (key text)`.execute(db);
    await sql`alter system set synchronous_standby_names = 'nobody'`.execute(admin);
    await sql`select pg_reload_conf()`.execute(admin);
    const isSet = async () => {
      const { rows } =
        await sql`select from pg_settings where name = 'synchronous_standby_names' and setting = 'nobody'`.execute(db);
      expect(rows.length).toBe(1);
    };
    await vi.waitFor(isSet, { timeout: 20_000 });
  }, 60_000);
  afterAll(async () => {
    await db.destroy();
    await admin.destroy();
    await cluster.stop();
  });

  const waiting = async () => {
    const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity where wait_event = 'SyncRep'`.execute(
      admin,
    );
    return rows.map(({ pid }) => pid);
  };
  const cancel = async () => {
    await expect.poll(async () => (await waiting()).length, { timeout: 20_000 }).toBe(1);
    for (const pid of await waiting()) await sql`select pg_cancel_backend(${pid})`.execute(admin);
  };
  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'success',
      (error: unknown) => isStorageFailure(error),
    );

  it('R75, F15: is no success when somebody cancels it, though PostgreSQL says so', { timeout: 60_000 }, async () => {
    const write = outcomeOf(transaction(db, (tx) => sql`insert into kept values ('transaction')`.execute(tx)));
    await cancel();
    expect(await write).toBe(true);
    const alone = outcomeOf(sql`insert into kept values ('alone')`.execute(db));
    await cancel();
    expect(await alone).toBe(true);
  });

  it('R75, R76: nor when nobody does, and the connections are given up', { timeout: 60_000 }, async () => {
    const hasty = openDatabase(cluster.url, () => {}, { patience: 1000, pause: 0, answer: 1000 });
    expect(await outcomeOf(sql`insert into kept values ('hasty')`.execute(hasty))).toBe(true);
    expect((await sql`select 1 as one`.execute(hasty)).rows).toEqual([{ one: 1 }]);
    await hasty.destroy();
    for (const pid of await waiting()) await sql`select pg_terminate_backend(${pid})`.execute(admin);
  });
});
