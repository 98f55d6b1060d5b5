import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, mailsOf, newRoot, type Root } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

/** What of an answer could tell one refusal from another: all but what is new in each answer. */
function telling({ status, headers, text, body }: Answer) {
  const { 'x-request-id': requestId, date, ...others } = headers;
  expect([typeof requestId, typeof date]).toEqual(['string', 'string']);
  return { status, headers: others, text: text.replaceAll(String(body.requestId), '') };
}

describe.each(engines)('login enumeration on %s', (engine) => {
  let server: TestServer;
  let active: Root;
  let withMfa: Root;
  let suspended: Root;
  let paused: Root;
  beforeAll(async () => {
    server = await startTestServer(engine);
    [active, withMfa, suspended, paused] = [
      await newRoot(server),
      await newRoot(server),
      await newRoot(server),
      await newRoot(server),
    ];
    await enrol(server, withMfa);
    const users = server.ctx.db.updateTable('users');
    await users.set({ password_suspended_at: 1 }).where('operator_id', '=', suspended.operatorId).execute();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    vi.restoreAllMocks();
    await checkInvariants(server);
  });

  /** Fresh counters, but for the account that is paused. */
  const resetCounters = async () => {
    await server.ctx.db.deleteFrom('login_accounts').execute();
    await server.ctx.db.deleteFrom('attempt_windows').execute();
    const pausedRow = {
      account_key: `${paused.operatorId}/root`,
      failures: 40,
      wait_until: server.clock.now + 3_600_000,
    };
    await server.ctx.db
      .insertInto('login_accounts')
      .values({ ...pausedRow, updated_at: 0 })
      .execute();
  };

  const wrong = 'a wrong password';
  const classes = (): [name: string, body: Record<string, string>][] => [
    ['a wrong password', { email: active.email, password: wrong }],
    ['an unknown address', { email: 'ghost@example.com', password: wrong }],
    ['what is no address', { email: 'ghost', password: wrong }],
    ['a wrong password where MFA is on', { email: withMfa.email, password: wrong }],
    ['the right password, suspended', { email: suspended.email, password: suspended.password }],
    ['the right password, paused', { email: paused.email, password: paused.password }],
    ['an unknown operator', { operatorId: 'OP0000000000', userName: 'sam', password: wrong }],
    ['an unknown SAM user', { operatorId: active.operatorId, userName: 'sam', password: wrong }],
    ['the root user by an empty name', { operatorId: active.operatorId, userName: '', password: active.password }],
    ['the root user by a blank name', { operatorId: active.operatorId, userName: ' ', password: active.password }],
  ];

  it.each(['/v1/auth', '/v1/console/sign_in'])(
    'R08: %s refuses all alike, and does one hash for each',
    async (path) => {
      const right = await call(server, 'POST', path, { body: { email: active.email, password: active.password } });
      expect(right.status).toBe(200);
      const seen = [];
      for (const [name, body] of classes()) {
        await resetCounters();
        const verify = vi.spyOn(server.ctx.hasher, 'verify');
        const pretend = vi.spyOn(server.ctx.hasher, 'pretend');
        const answer = await call(server, 'POST', path, { body, ip: '203.0.113.1' });
        expect([name, answer.status, answer.body.code]).toEqual([name, 401, 'AUM0002']);
        expect([name, verify.mock.calls.length + pretend.mock.calls.length]).toEqual([name, 1]);
        expect([name, pretend.mock.calls.length]).toEqual([name, name.endsWith('paused') ? 1 : 0]);
        vi.restoreAllMocks();
        seen.push(telling(answer));
      }
      for (const one of seen) expect(one).toEqual(seen[0]);
    },
  );

  it('R08: says the same in Japanese', async () => {
    const seen = [];
    for (const [, body] of classes()) {
      await resetCounters();
      const headers = { 'x-soracom-lang': 'ja' };
      seen.push(telling(await call(server, 'POST', '/v1/auth', { body, headers })));
    }
    for (const one of seen) expect(one).toEqual(seen[0]);
    expect(seen[0]?.text).toContain('正しくありません');
  });

  it('R08: whether MFA is on shows after the right password only', async () => {
    await resetCounters();
    const { email, password } = withMfa;
    const otp = { mfaOTPCode: '123456' };
    const codes = [];
    for (const body of [
      { email, password: wrong, ...otp },
      { email, password },
      { email, password, ...otp },
    ]) {
      codes.push((await call(server, 'POST', '/v1/auth', { body })).body.code);
    }
    expect(codes).toEqual(['AUM0002', 'MFA0001', 'MFA0002']);
  });

  it('R40, R47: asking for a link answers alike for everybody', async () => {
    const emails = [active.email, withMfa.email, suspended.email, paused.email, 'ghost@example.com'];
    for (const [path, more] of [
      ['/v1/auth/password_reset_token/issue', {}],
      ['/v1/operators/mfa_revoke_token/issue', { password: wrong }],
      ['/v1/operators/mfa_revoke_token/issue', { password: withMfa.password }],
    ] as const) {
      const seen = [];
      for (const email of emails) {
        await resetCounters();
        seen.push(telling(await call(server, 'POST', path, { body: { email, ...more } })));
      }
      expect(seen[0]).toMatchObject({ status: 200, text: '' });
      for (const one of seen) expect(one).toEqual(seen[0]);
    }
    // The positive control: the right ones did get their mails.
    expect((await mailsOf(server, active.operatorId)).map((mail) => mail.template)).toContain('password_reset_link');
    expect((await mailsOf(server, withMfa.operatorId)).map((mail) => mail.template)).toContain('mfa_reset_link');
  });

  // A coarse watch in a shared test run; the exact comparison of 1,000 samples is the bench's.
  it('R08: refusals take the same time', { retry: 5 }, async () => {
    const bodies = classes().slice(0, 6);
    const times = bodies.map((): number[] => []);
    for (let round = 0; round < 16; round++) {
      for (const [i, [, body]] of bodies.entries()) {
        await resetCounters();
        const started = performance.now();
        await call(server, 'POST', '/v1/auth', { body, ip: '203.0.113.2' });
        times[i]?.push(performance.now() - started);
      }
    }
    const medians = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1] ?? 0);
    const [least, most] = [Math.min(...medians), Math.max(...medians)];
    // A refusal without the hash would take a tenth of the others.
    expect(least, medians.map((time) => time.toFixed(1)).join()).toBeGreaterThan(most / 2);
  });
});
