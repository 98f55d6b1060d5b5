import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterAsHolder } from '../src/attempts/in-flight.ts';
import { createPlaces } from '../src/crypto/places.ts';
import { limits } from '../src/limits.ts';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { par, sourceOf, successes, tally } from './support/race.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const known = '198.51.100.1';
const wrong = 'a wrong password';

/** Many more attempts than can be looked at. How fast they are refused is for `bench`; here is what they cost. */
describe.each(engines)('a storm of sign-ins on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let root: Root;
  let looked = 0;
  /** A password that is not looked at before this is over. */
  let held: { readonly password: string; readonly until: Promise<void> } | undefined;
  beforeAll(async () => {
    const hasher = fastHasher();
    const verify = async (stored: string | undefined, password: string) => {
      looked++;
      if (held?.password === password) await held.until;
      return await hasher.verify(stored, password);
    };
    // Four threads: eight places, of which strangers get four.
    server = await startTestServer(engine, {}, { hasher: { ...hasher, ...createPlaces(4), verify } });
    second = await joinTestServer(server);
    root = await newRoot(server);
    await signIn(server, root, undefined, known);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });
  afterEach(async () => {
    server.clock.now += 20 * minute;
    looked = 0;
    await checkInvariants(server, [503]);
  });

  const guess = (email: string, ip: string, password = wrong, on = server) =>
    call(on, 'POST', '/v1/auth', { body: { email, password }, ip });
  const count = async (table: 'attempt_windows' | 'login_accounts' | 'audit_log') =>
    (await server.ctx.db.selectFrom(table).selectAll().execute()).length;
  const rows = async () => [await count('attempt_windows'), await count('login_accounts'), await count('audit_log')];
  const writes = () => server.statements.filter((kind) => kind !== 'SelectQueryNode');

  /**
   * A storm in which nothing is looked at to its end before so many were refused and the work beside it is done.
   * @returns the answers of the storm
   */
  const storm = async (size: number, send: (i: number) => Promise<Answer>, beside = async () => {}, places = 4) => {
    const { promise: until, resolve: end } = Promise.withResolvers<void>();
    held = { password: wrong, until };
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
    let refused = 0;
    const answers = par(size, async (i) => {
      const answer = await send(i);
      if (++refused === size - places) isFull();
      return answer;
    });
    try {
      await Promise.race([full, answers]);
      await beside();
    } finally {
      end();
      held = undefined;
    }
    return await answers;
  };

  it('what finds no place leaves no row: of 300 strangers four are looked at', async () => {
    const before = await rows();
    const answers = await storm(300, (i) => guess(`nobody${i}@example.com`, sourceOf(i)));
    expect(tally(answers)).toEqual({ '401 AUM0002': 4, '503 COM0503': 296 });
    expect(answers.find(({ status }) => status === 503)?.headers['retry-after']).toBe('1');
    // A window of the source and one of the pair, a count of the account, a record.
    expect((await rows()).map((rows, i) => rows - (before[i] ?? 0))).toEqual([8, 4, 4]);
  });

  it('who comes from a known source, or has a session, gets in meanwhile; a stranger does not', async () => {
    const as = await signIn(server, root, undefined, known);
    const { password } = root;
    const other = await newRoot(server);
    const send = (i: number) => guess(`nobody${i}@example.com`, sourceOf(i));
    await storm(100, send, async () => {
      expect((await guess(root.email, known, password)).status).toBe(200);
      const stepUp = await call(server, 'POST', '/v1/auth/step_up', { as, body: { password }, ip: '192.0.2.9' });
      expect(stepUp.status).toBe(200);
      expect((await guess(root.email, '192.0.2.9', password)).status, 'from elsewhere').toBe(503);
      // A source is known to one account: to have one of one's own opens no line to others.
      expect((await guess(other.email, known, other.password)).status, 'of another account').toBe(503);
    });
  });

  it('one source that is only ever refused is stopped after 60, without a statement', async () => {
    const send = (i: number) => guess(`nobody${i}@example.com`, i < 4 ? sourceOf(i) : '203.0.113.99');
    await storm(200, send, async () => {
      server.statements.length = 0;
      const answer = await guess(root.email, '203.0.113.99', root.password);
      expect([answer.body.code, Number(answer.headers['retry-after'])]).toEqual(['COM0429', 600]);
      // A /64 is one source, as it is in the database.
      expect(server.statements).toEqual([]);
    });
    server.clock.now += 10 * minute;
    expect((await guess(root.email, '203.0.113.99', root.password)).status).toBe(200);
  });

  it('attempts on a paused account are read, not written, and on record together', async () => {
    const victim = await newRoot(server);
    for (let i = 0; i < 20; i++) await guess(victim.email, sourceOf(i));
    await guess(victim.email, sourceOf(20));
    const before = await rows();
    server.statements.length = 0;
    const answers = await par(50, (i) => guess(victim.email, sourceOf(100 + i), victim.password));
    expect(tally(answers)).toEqual({ '401 AUM0002': 50 });
    expect([looked, writes()]).toEqual([20, []]);
    expect(await rows()).toEqual(before);
    server.clock.now += minute;
    await server.jobs.drain();
    const records = await auditOf(server, victim.operatorId, 'Auth:auth');
    expect(records.at(-1)).toMatchObject({ outcome: 'refused', reason: 'paused', detail: '{"attempts":50}' });
  });

  it('asking for an MFA reset of a paused account leaves nothing to do, and is answered alike', async () => {
    const body = { email: 'ghost@example.com', password: wrong };
    const ask = () => call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body, ip: '203.0.113.50' });
    const first = await ask();
    for (let i = 0; i < 4; i++) await ask();
    await server.jobs.drain();
    await ask();
    const later = await ask();
    const withoutId = ({ text, body }: Answer) => text.replaceAll(String(body.requestId), '');
    expect([later.status, withoutId(later)]).toEqual([first.status, withoutId(first)]);
    expect(await server.ctx.db.selectFrom('deferred_requests').selectAll().execute()).toEqual([]);
  });

  it('what one account holder has in flight leaves places for others', async () => {
    const holder = await newRoot(server);
    const as = await signIn(server, holder, undefined, '198.51.100.40');
    const { promise: until, resolve: end } = Promise.withResolvers<void>();
    held = { password: holder.password, until };
    const body = { password: holder.password };
    const proofs = par(30, () => call(server, 'POST', '/v1/auth/step_up', { as, body, ip: '198.51.100.40' }));
    // Two go before strangers, four with them.
    while (looked < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await guess(root.email, known, root.password)).status).toBe(200);
    end();
    held = undefined;
    expect(successes(await proofs).length).toBeGreaterThanOrEqual(1);
  });

  it('one holder has so much in flight and no more, whatever the others do', async () => {
    const { inFlight } = limits.login;
    const { ctx } = server;
    const before = ctx.hasher.load();
    // All in one turn, so that none leaves before the last has come; who waits for longer than a second gives up.
    const entered = Array.from({ length: inFlight }, () => enterAsHolder(ctx, 'a program in a loop'));
    const over = enterAsHolder(ctx, 'a program in a loop').catch((error: unknown) => error);
    const full = ctx.hasher.load();
    const other = enterAsHolder(ctx, 'another one');
    const ends = [...entered, other].map((place) => place.then((leave) => leave()).catch(() => {}));
    expect(await over).toMatchObject({ code: 'COM0503', retryAfterSeconds: 1 });
    // Two before strangers, four in their places, and all others in their line, which has room left.
    expect([full.running - before.running, full.waiting]).toEqual([6, inFlight - 6]);
    expect(full.waiting).toBeLessThan(limits.kdf.waiting);
    (await other)();
    await Promise.all(ends);
    expect(ctx.hasher.load()).toMatchObject({ running: before.running, waiting: 0 });
    (await enterAsHolder(ctx, 'a program in a loop'))();
  });

  it('wrong AuthKeys wait for the same places, right ones go before them', async () => {
    const as = await signIn(server, root, undefined, known);
    const made = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    const { authKeyId, authKey } = made.body;
    const byKey = (key: unknown, ip: string) =>
      call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey: key }, ip });
    const before = await rows();
    await storm(
      100,
      (i) => guess(`nokey${i}@example.com`, sourceOf(i)),
      async () => {
        expect((await byKey('wrong', '192.0.2.30')).body.code).toBe('COM0503');
        expect((await byKey(authKey, '192.0.2.30')).status).toBe(200);
      },
    );
    // A window of each pair that was looked at, and two in which the right key does not count.
    expect((await rows()).map((rows, i) => rows - (before[i] ?? 0)).slice(0, 2)).toEqual([6, 4]);
  });

  it('five guesses of a pair are looked at, over two servers, however many come at once', async () => {
    const victim = await newRoot(server);
    const either = (i: number) => (i % 2 === 0 ? server : second);
    const answers = await par(60, (i) => guess(victim.email, '203.0.113.77', wrong, either(i)));
    expect(looked).toBe(5);
    expect(tally(answers)).toEqual({ '401 AUM0002': 60 });
  });
});
