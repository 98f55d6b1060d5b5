import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isSpent } from '../src/attempts/windows.ts';
import { type Db, isStorageFailure, openDatabase, transaction } from '../src/db/database.ts';
import { asOneRequest } from '../src/db/patience.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { par } from './support/race.ts';
import { engines, startBeside, startTestServer, type TestServer } from './support/server.ts';
import { type Hole, type SwallowingProxy, startSwallowingProxy } from './support/swallowing-proxy.ts';

/** Shorter than a server waits; long enough for a slow machine. */
const manners = { patience: 1000, pause: 0, answer: 1000, connection: 1000 };

/** Connections that die without a word: packets are dropped, no end and no error comes. */
describe.runIf(engines.includes('postgres'))('a PostgreSQL that falls silent', () => {
  let direct: TestServer;
  let proxy: SwallowingProxy;
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  const url = () => {
    const through = new URL(direct.ctx.config.databaseUrl);
    through.port = String(proxy.port);
    return through.toString();
  };
  beforeAll(async () => {
    direct = await startTestServer('postgres', {}, { hasher: fastHasher() });
    proxy = await startSwallowingProxy(Number(new URL(direct.ctx.config.databaseUrl).port));
    server = await startBeside(
      direct,
      openDatabase(url(), () => {}, manners),
    );
  });
  beforeEach(async () => {
    root = await newRoot(direct);
    as = await signIn(server, root);
  });
  afterEach(() => checkInvariants(server, [503]));
  afterAll(async () => {
    proxy.close();
    await server.stop();
    await proxy.stop();
    await direct.stop();
  });

  const login = (i: number) =>
    call(server, 'POST', '/v1/auth', { body: { email: root.email, password: root.password }, ip: `203.0.113.${i}` });
  const list = () => call(server, 'GET', '/v1/auth/sessions', { as });
  const both = (i: number) => (i % 2 === 0 ? login(i) : list());
  const refused = (answers: readonly Answer[]) => answers.filter(({ status }) => status !== 200);
  const healed = () =>
    expect.poll(async () => refused(await par(12, both)).map(({ status }) => status), { interval: 50 }).toEqual([]);

  const everyWay = ['to the server', 'to the client'] as const;
  const holes: [string, Hole][] = [
    ['both ways', { directions: everyWay, after: 0, fresh: false }],
    ['on the way there', { directions: ['to the server'], after: 0, fresh: false }],
    ['on the way back', { directions: ['to the client'], after: 0, fresh: false }],
    ['in the middle of a statement', { directions: ['to the server'], after: 700, fresh: false }],
    ['in the middle of an answer', { directions: ['to the client'], after: 150, fresh: false }],
    ['and new connections too', { directions: everyWay, after: 0, fresh: true }],
    ['and new connections while they are opened', { directions: ['to the client'], after: 20, fresh: true }],
  ];
  it.each(holes)('R76, F16: bytes lost %s give 503, and it heals by itself', async (_, hole) => {
    await healed();
    proxy.open(hole);
    const answers = [...(await par(15, both)), ...(await par(5, both))];
    expect(refused(answers).length).toBeGreaterThan(0);
    for (const { status, body, headers } of refused(answers)) {
      expect([status, body.code]).toEqual([503, 'COM0503']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    if (hole.fresh) proxy.close();
    await healed();
    proxy.close();
    // What was acknowledged is there, wherever the connection was lost.
    const sessions = (await list()).body as unknown as unknown[];
    expect(sessions.length).toBeGreaterThanOrEqual(answers.filter(({ body }) => body.apiKey !== undefined).length);
  });

  it('ends a transaction at whichever statement it was, and frees what that had locked', async () => {
    const { db } = server.ctx;
    const key = (name: string) => ({ key: name, value: '' });
    const cut = { directions: everyWay, after: 0, fresh: false };
    const work: [string, () => Promise<unknown>][] = [
      ['begin', () => transaction(db, async () => {})],
      ['a statement', () => transaction(db, async (tx) => tx.insertInto('server_state').values(key('a')).execute())],
      [
        'commit',
        () =>
          transaction(db, async (tx) => {
            await tx.insertInto('server_state').values(key('b')).execute();
            proxy.open(cut);
          }),
      ],
      [
        'rollback',
        () =>
          transaction(db, async (tx) => {
            await tx.insertInto('server_state').values(key('c')).execute();
            proxy.open(cut);
            throw new Error('as asked for');
          }),
      ],
    ];
    for (const [at, run] of work) {
      await healed();
      if (at === 'begin' || at === 'a statement') proxy.open(cut);
      const error: unknown = await run().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      proxy.close();
      expect([at, error instanceof Error && (isStorageFailure(error) || error.message === 'as asked for')]).toEqual([
        at,
        true,
      ]);
      await healed();
    }
    const { rows } = await sql<{ key: string }>`select key from server_state where key in ('a', 'b', 'c')`.execute(db);
    expect(rows).toEqual([]);
    await transaction(db, (tx) =>
      tx
        .insertInto('server_state')
        .values([key('a'), key('b'), key('c')])
        .execute(),
    );
    await db.deleteFrom('server_state').where('key', 'in', ['a', 'b', 'c']).execute();
  });
});

/** Each statement is in time; all that one request needs are not. */
describe.runIf(engines.includes('postgres'))('a way to PostgreSQL that is slow', () => {
  const slow = { patience: 1000, pause: 0, answer: 3000, connection: 30_000 };
  let direct: TestServer;
  let proxy: SwallowingProxy;
  let server: TestServer;
  let db: Db;
  beforeAll(async () => {
    direct = await startTestServer('postgres', {}, { hasher: fastHasher() });
    proxy = await startSwallowingProxy(Number(new URL(direct.ctx.config.databaseUrl).port));
    const through = new URL(direct.ctx.config.databaseUrl);
    through.port = String(proxy.port);
    db = openDatabase(through.toString(), () => {}, slow);
    server = await startBeside(direct, db);
  });
  afterEach(() => proxy.slow(0));
  afterAll(async () => {
    await server.stop();
    await proxy.stop();
    await direct.stop();
  });

  const oneWay = 250;
  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => (isStorageFailure(error) ? 'storage failure' : error),
    );
  const keysLike = async (prefix: string) => {
    const rows = await db.selectFrom('server_state').select('key').where('key', 'like', `${prefix}%`).execute();
    return rows.length;
  };
  /** Eight statements of half a second. */
  const writeSeven = async (prefix: string) =>
    transaction(db, async (tx) => {
      for (let i = 0; i < 7; i++) {
        await tx
          .insertInto('server_state')
          .values({ key: `${prefix}${i}`, value: '' })
          .execute();
      }
    });

  it('R76: a request ends with 503 when its statements wait too long together, and nothing of it is done', async () => {
    const root = await newRoot(direct);
    const as = await signIn(server, root);
    const login = () => call(server, 'POST', '/v1/auth', { body: { email: root.email, password: root.password } });
    proxy.slow(oneWay);
    const { status, body } = await login();
    expect([status, body.code]).toEqual([503, 'COM0503']);
    proxy.slow(0);
    const sessions = await call(direct, 'GET', '/v1/auth/sessions', { as });
    expect(sessions.body).toHaveLength(1);
    await expect.poll(async () => (await login()).status, { interval: 50 }).toBe(200);
  });

  it('ends the transaction of a request, and frees what it had locked', async () => {
    proxy.slow(oneWay);
    expect(await outcomeOf(asOneRequest(() => writeSeven('request ')))).toBe('storage failure');
    proxy.slow(0);
    // The same rows: nobody holds them.
    expect(await keysLike('request ')).toBe(0);
    expect(await outcomeOf(asOneRequest(() => writeSeven('request ')))).toBe('done');
    expect(await keysLike('request ')).toBe(7);
  });

  it('lets work of the server itself take as long, also what a request left behind', async () => {
    const left: Promise<unknown>[] = [];
    const leave = (name: string) => {
      left.push(new Promise((resolve) => setTimeout(resolve, 100)).then(() => writeSeven(name)));
    };
    await db.selectNoFrom(sql`1`.as('one')).execute();
    proxy.slow(oneWay);
    await asOneRequest(async () => leave('left '));
    // One that is answered at once, and one that is refused at once.
    asOneRequest(() => leave('left at once '));
    const refuse = () => {
      leave('left by a refused one ');
      throw new Error('refused');
    };
    expect(() => asOneRequest(refuse)).toThrow('refused');
    const all = await Promise.all([writeSeven('own '), ...left].map(outcomeOf));
    expect(all).toEqual(['done', 'done', 'done', 'done']);
  });

  it('counts the look-ups of a request too, those at the same time once', async () => {
    const look = (i: number) => isSpent(db, { scope: 'none', key: String(i), limit: 1, length: 1 }, 0);
    const together = () => Promise.all(Array.from({ length: 12 }, (_, i) => look(i)));
    const inTurn = async () => {
      for (let i = 0; i < 8; i++) await look(i);
    };
    await look(0);
    proxy.slow(oneWay);
    expect(await outcomeOf(asOneRequest(together))).toBe('done');
    expect(await outcomeOf(asOneRequest(inTurn))).toBe('storage failure');
    expect(await outcomeOf(inTurn())).toBe('done');
  });
});
