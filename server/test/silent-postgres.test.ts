import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isStorageFailure, openDatabase, transaction } from '../src/db/database.ts';
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
