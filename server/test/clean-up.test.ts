import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../src/jobs.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { mailsOf, newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;

describe.each(engines)('what is over goes, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_MAIL_LIST_DAYS: '30' }, { hasher: fastHasher() });
    root = await newRoot(server);
  });
  afterAll(() => server.stop());

  const count = async (table: 'attempt_windows' | 'outbox' | 'known_sources' | 'sessions') => {
    const counted = server.ctx.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('rows'));
    return Number((await counted.executeTakeFirstOrThrow()).rows);
  };

  it('100,000 windows of a storm go a few at a time, and the others stay', async () => {
    const { ctx, clock, statements } = server;
    const numbers = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)`;
    const values = sql`'login.pair', 'storm' || i, case when i > 99990 then ${sql.lit(clock.now)} else ${sql.lit(clock.now - day)} end, 1`;
    await sql`${numbers} insert into attempt_windows (scope, key, window_start, count) select ${values} from n`.execute(
      ctx.db,
    );
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));
    })();
    statements.length = 0;
    await cleanUp(server.ctx);
    isOver = true;
    await others;
    expect(await count('attempt_windows')).toBe(10);
    // 500 rows each, and the statements of the other tables.
    const deletes = statements.filter((kind) => kind === 'DeleteQueryNode').length;
    expect([deletes >= 200, deletes < 230, turns >= 199]).toEqual([true, true, true]);
  });

  it('mails that were sent, or given up, are listed for the days that are set; what waits stays', async () => {
    const { ctx, clock } = server;
    await ctx.db.deleteFrom('outbox').execute();
    await signIn(server, root, undefined, '192.0.2.1');
    await signIn(server, root, undefined, '192.0.2.2');
    await signIn(server, root, undefined, '192.0.2.3');
    await signIn(server, root, undefined, '192.0.2.4');
    const mails = await ctx.db.selectFrom('outbox').select('mail_id').orderBy('created_at').execute();
    const [sent, dropped] = mails.map(({ mail_id }) => mail_id);
    const update = ctx.db.updateTable('outbox');
    await update
      .set({ sent_at: clock.now, content: '' })
      .where('mail_id', '=', sent ?? '')
      .execute();
    await update
      .set({ dropped_at: clock.now, content: '' })
      .where('mail_id', '=', dropped ?? '')
      .execute();
    const all = mails.length;
    expect(all).toBeGreaterThanOrEqual(3);
    clock.now += 30 * day - 1;
    await cleanUp(server.ctx);
    expect(await count('outbox')).toBe(all);
    clock.now += 1;
    await cleanUp(server.ctx);
    expect(await count('outbox')).toBe(all - 2);
    expect((await mailsOf(server, root.operatorId)).length).toBe(all - 2);
  });

  it('sources that an account knew, and sessions that are over, go too', async () => {
    const { clock } = server;
    await signIn(server, root);
    expect([(await count('known_sources')) > 0, (await count('sessions')) > 0]).toEqual([true, true]);
    clock.now += 30 * day;
    await cleanUp(server.ctx);
    expect([await count('known_sources'), await count('sessions')]).toEqual([0, 0]);
  });
});
