import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startPostgres } from '../../scripts/postgres.ts';
import { type Db, isStorageFailure, openDatabase, transaction } from '../src/db/database.ts';
import { engines, patient } from './support/server.ts';

/** A cluster of its own: whoever commits there waits for a standby that never comes. */
describe.runIf(engines.includes('postgres'))('a commit that no standby confirms', () => {
  let cluster: Cluster;
  let db: Db;
  let admin: Db;
  beforeAll(async () => {
    cluster = await startPostgres();
    db = openDatabase(cluster.url, () => {}, { patience: 1000, pause: 0, answer: 30_000, connection: 3000 });
    admin = openDatabase(cluster.url, () => {}, patient);
    await sql`create table kept (key text)`.execute(db);
    await sql`alter system set synchronous_standby_names = 'nobody'`.execute(admin);
    await sql`select pg_reload_conf()`.execute(admin);
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
  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'success',
      (error: unknown) => isStorageFailure(error),
    );
  const insert = (on: Db, key: string) => sql`insert into kept values (${key})`.execute(on);
  /** PostgreSQL heeds the setting a moment after it shows it: until then commits do not wait. */
  const untilCommitsWait = async () => {
    for (;;) {
      const write = outcomeOf(insert(db, 'first'));
      while ((await Promise.race([write, delay(50)])) === undefined)
        if ((await waiting()).length === 1) return { write };
    }
  };
  const cancel = async () => {
    await expect.poll(async () => (await waiting()).length, { timeout: 20_000 }).toBe(1);
    for (const pid of await waiting()) await sql`select pg_cancel_backend(${pid})`.execute(admin);
  };

  it('R75, F15: is no success when somebody cancels it, though PostgreSQL says so', { timeout: 60_000 }, async () => {
    const { write } = await untilCommitsWait();
    await cancel();
    expect(await write).toBe(true);
    const whole = outcomeOf(transaction(db, (tx) => insert(tx, 'transaction')));
    await cancel();
    expect(await whole).toBe(true);
  });

  it('R75, R76: nor when nobody does, and the connections are given up', { timeout: 60_000 }, async () => {
    const hasty = openDatabase(cluster.url, () => {}, { patience: 1000, pause: 0, answer: 1000, connection: 3000 });
    expect(await outcomeOf(insert(hasty, 'hasty'))).toBe(true);
    expect((await sql`select 1 as one`.execute(hasty)).rows).toEqual([{ one: 1 }]);
    await hasty.destroy();
    for (const pid of await waiting()) await sql`select pg_terminate_backend(${pid})`.execute(admin);
  });
});
