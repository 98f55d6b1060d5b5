import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/db/database.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, mailedToken, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { engines, patient, startBeside, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;
const steps = [hour, 24 * hour];

const sessionOf = async (server: TestServer, as: Credentials) =>
  (await call(server, 'GET', '/v1/auth/sessions', { as })).status;
const linesOf = (server: TestServer, text: string) =>
  server
    .log()
    .split('\n')
    .filter((line) => line.includes(text)).length;
const clockOf = async (server: TestServer) => {
  const { status, body } = await call(server, 'GET', '/readyz?verbose');
  const checks = (body as unknown as { checks: { name: string }[] }).checks;
  return {
    status,
    ...(checks.find(({ name }) => name === 'clock') as { ok?: boolean; stepped?: { milliseconds: number } }),
  };
};

describe.each(engines)('H4: a clock that is set on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  it.each(steps)(
    'ahead by %i ms and back: what had expired stays so, all else goes on, and each step is told once',
    async (step) => {
      const root = await newRoot(server);
      const { seed } = await enrol(server, root);
      const before = { ahead: linesOf(server, 'the clock went ahead'), back: linesOf(server, 'the clock went back') };
      await server.jobs.drain();
      const living = await signIn(server, root, otpAt(seed, server.clock.now));
      const short = { email: root.email, password: root.password, tokenTimeoutSeconds: 180 };
      server.clock.now += 30_000;
      const answer = await call(server, 'POST', '/v1/auth', {
        body: { ...short, mfaOTPCode: otpAt(seed, server.clock.now) },
      });
      const expiring = { apiKey: String(answer.body.apiKey), token: String(answer.body.token) };
      await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
      const token = await mailedToken(server, root.operatorId, 'password_reset_link');

      server.clock.now += step;
      await server.jobs.drain();
      expect(await clockOf(server)).toMatchObject({ status: 200, ok: true });
      expect((await clockOf(server)).stepped?.milliseconds).toBeGreaterThan(step - minute);
      expect(await sessionOf(server, expiring)).toBe(401);
      // A window and a mail of the wrong time, and a code that was good by it.
      await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'wrong' } });
      await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
      expect(
        (await call(server, 'POST', '/v1/auth', { body: { ...short, mfaOTPCode: otpAt(seed, server.clock.now) } }))
          .status,
      ).toBe(200);

      server.clock.now -= step;
      expect(await sessionOf(server, expiring)).toBe(401);
      expect(await sessionOf(server, living)).toBe(step > 12 * hour ? 401 : 200);
      const reset = { token, password: 'quite another phrase 1' };
      expect((await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body: reset })).body.code).toBe(
        'AUM0012',
      );
      const waiting = await server.ctx.db
        .selectFrom('outbox')
        .select(['next_attempt_at', 'claimed_until'])
        .where('operator_id', '=', root.operatorId)
        .where('next_attempt_at', '>', server.clock.now)
        .execute();
      expect(waiting).toEqual([]);
      server.clock.now += minute;
      expect(
        (await call(server, 'POST', '/v1/auth', { body: { ...short, mfaOTPCode: otpAt(seed, server.clock.now) } }))
          .status,
      ).toBe(200);
      await server.jobs.drain();
      expect((await clockOf(server)).stepped?.milliseconds).toBeLessThan(minute - step);
      expect(linesOf(server, 'the clock went ahead') - before.ahead).toBeGreaterThan(0);
      expect(linesOf(server, 'the clock went back') - before.back).toBe(1);
    },
  );
});

describe.runIf(engines.includes('postgres'))('F21: servers whose clocks differ', () => {
  const right = { now: Date.UTC(2026, 10, 22, 12, 0, 0) };
  let server: TestServer;
  let root: Root;
  beforeAll(async () => {
    server = await startTestServer('postgres', {}, { hasher: fastHasher(), databaseClock: async () => right.now });
    root = await newRoot(server);
  });
  afterAll(() => server.stop());

  it.each([hour, -hour, 24 * hour, -24 * hour])(
    'one that is off by %i ms is not ready, and changes nothing for the others',
    async (off) => {
      server.clock.now = right.now;
      await server.jobs.drain();
      const living = await signIn(server, root);
      for (let i = 0; i < 3; i++)
        await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'wrong' }, ip: '192.0.2.7' });
      const { db } = server.ctx;
      const counters = () => db.selectFrom('attempt_windows').selectAll().orderBy('scope').orderBy('key').execute();
      const before = await counters();
      const wrong = await startBeside(
        server,
        openDatabase(server.ctx.config.databaseUrl, () => {}, patient),
        {
          now: () => right.now + off,
          databaseClock: async () => right.now,
        },
      );
      await wrong.jobs.drain();
      // It meets the time that the others wrote, and does not take it for its own mistake of before.
      await call(wrong, 'GET', '/v1/auth/sessions', { as: living });
      await wrong.jobs.drain();
      expect(await clockOf(wrong)).toMatchObject({ status: 503, ok: false, reason: 'clock differs from the database' });
      expect(await clockOf(server)).toMatchObject({ status: 200, ok: true });
      expect(await sessionOf(server, living)).toBe(200);
      expect(await counters()).toEqual(before);
      const latest = await db
        .selectFrom('server_state')
        .select('value')
        .where('key', '=', 'latest_time')
        .executeTakeFirst();
      expect(Number(latest?.value)).toBeLessThanOrEqual(right.now);
      await wrong.stop();
      right.now += 20 * minute;
    },
  );

  it('one whose clock is put right is ready again by itself', async () => {
    const clock = { off: hour };
    const wrong = await startBeside(
      server,
      openDatabase(server.ctx.config.databaseUrl, () => {}, patient),
      {
        now: () => right.now + clock.off,
        databaseClock: async () => right.now,
      },
    );
    await wrong.jobs.drain();
    expect((await clockOf(wrong)).status).toBe(503);
    clock.off = 0;
    await wrong.jobs.drain();
    expect((await clockOf(wrong)).status).toBe(200);
    await wrong.stop();
  });
});
