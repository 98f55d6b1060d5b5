import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchedPool } from '../src/db/postgres-pool.ts';
import { createPostgresDatabase, engines } from './support/server.ts';

const select = { text: 'select 1 as one', values: [] };

describe.runIf(engines.includes('postgres'))('a pool of connections to PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database.drop());

  it('H2: keeps a connection whose caller gave up while it was made; each would else be lost for good', async () => {
    const checks: (() => void)[] = [];
    let isSlow = false;
    const pool = watchedPool(
      { connectionString: database.url, max: 1 },
      {
        waits: { connection: 2000, answer: 60_000 },
        onError: () => {},
        verify: async () => {
          if (isSlow) await new Promise<void>((resolve) => checks.push(resolve));
          return false;
        },
      },
    );
    const first = await pool.connect();
    // Waits for the one connection; that breaks, so it is given a new one, and gives up before that is ready.
    const waiting = expect(pool.connect()).rejects.toThrow(/timeout exceeded|in time/);
    isSlow = true;
    first.release(true);
    await expect.poll(() => checks.length, { timeout: 20_000 }).toBe(1);
    await waiting;
    isSlow = false;
    checks[0]?.();
    await expect.poll(() => pool.connections(), { timeout: 20_000 }).toEqual({ open: 1, busy: 0, waiting: 0 });
    const next = await pool.connect();
    expect((await next.ask(select)).rows).toEqual([{ one: 1 }]);
    next.release();
    await pool.end();
  });

  it('refuses one that must not be used, and makes the next one', async () => {
    let refusals = 3;
    const pool = watchedPool(
      { connectionString: database.url, max: 1 },
      {
        waits: { connection: 60_000, answer: 60_000 },
        onError: () => {},
        verify: async (ask) => {
          await ask(select);
          if (refusals-- > 0) throw new Error('not this one');
          return true;
        },
      },
    );
    for (let i = 0; i < 3; i++) await expect(pool.connect()).rejects.toThrow('not this one');
    const client = await pool.connect();
    expect([pool.isShared(), pool.connections()]).toEqual([true, { open: 1, busy: 1, waiting: 0 }]);
    client.release();
    await pool.end();
  });
});
