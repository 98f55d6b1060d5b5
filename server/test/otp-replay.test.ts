import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rootId } from '../src/db/schema.ts';
import { newBrowser } from './support/browser.ts';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { begin, type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { par, rounds, sourceOf, successes } from './support/race.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const hour = 3_600_000;

describe.each(engines)('OTP replay on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const mfa = (root: Root) => `/v1/operators/${root.operatorId}/mfa`;
  const factorOf = (root: Root) =>
    server.ctx.db
      .selectFrom('authenticator_apps as app')
      .innerJoin('factors', 'factors.factor_id', 'app.factor_id')
      .selectAll()
      .where('app.operator_id', '=', root.operatorId)
      .executeTakeFirstOrThrow();

  const login = ({ email, password }: Root, mfaOTPCode: unknown, ip?: string) =>
    call(server, 'POST', '/v1/auth', { body: { email, password, mfaOTPCode }, ...(ip && { ip }) });

  /** All doors that take a code of an active factor. */
  const doors: Record<string, (root: Root, as: Enrolled, mfaOTPCode: string) => Promise<Answer>> = {
    'sign-in': (root, _, code) => login(root, code),
    'step-up': ({ password }, as, mfaOTPCode) =>
      call(server, 'POST', '/v1/auth/step_up', { as, body: { password, mfaOTPCode } }),
    'new backup codes': (root, as, mfaOTPCode) =>
      call(server, 'POST', `${mfa(root)}/backup_codes`, { as, body: { mfaOTPCode } }),
    'console sign-in': async ({ email, password }, _, mfaOTPCode) => {
      const browser = newBrowser(server);
      await browser.call('POST', '/v1/console/sign_in', { body: { email, password } });
      return await browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode } });
    },
  };

  it('R20: the code that confirmed the enrolment opens no other door', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const used = otpAt(enrolled.seed, server.clock.now - 30_000);
    for (const [name, door] of Object.entries(doors)) {
      expect([name, (await door(root, enrolled, used)).status]).not.toEqual([name, 200]);
    }
    expect((await login(root, otpAt(enrolled.seed, server.clock.now))).status).toBe(200);
  });

  it.each(Object.keys(doors))('R20: a code used at %s opens no door again', async (first) => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const code = otpAt(enrolled.seed, server.clock.now);
    const opened = await doors[first]?.(root, enrolled, code);
    expect(opened?.status).toBe(200);
    // A step-up hands out a new token; the tokens of the other doors belong to other sessions.
    const next = (as: Enrolled, name: string, answer: Answer | undefined) =>
      name === 'step-up' ? { ...as, token: String(answer?.body.token) } : as;
    let as = next(enrolled, first, opened);
    for (const [name, door] of Object.entries(doors)) {
      const answer = await door(root, as, code);
      expect([name, answer.body.code]).toEqual([name, name === 'new backup codes' ? 'MFA0007' : 'MFA0002']);
    }
    // The positive control: each of the doors opens with the next code.
    for (const [name, door] of Object.entries(doors)) {
      server.clock.now += 30_000;
      const answer = await door(root, as, otpAt(enrolled.seed, server.clock.now));
      expect([name, answer.status]).toEqual([name, 200]);
      as = next(as, name, answer);
    }
  });

  it('R19: takes the step before and the next one; after t+1, t is refused', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    server.clock.now += 300_000;
    const codeAt = (steps: number) => otpAt(seed, server.clock.now + steps * 30_000);
    for (const steps of [-2, 2]) expect((await login(root, codeAt(steps))).body.code).toBe('MFA0002');
    expect((await login(root, codeAt(-1))).status).toBe(200);
    expect((await login(root, codeAt(1))).status).toBe(200);
    for (const steps of [-1, 0, 1]) expect((await login(root, codeAt(steps))).body.code).toBe('MFA0002');
    server.clock.now += 60_000;
    expect((await login(root, codeAt(0))).status).toBe(200);
  });

  it('R23: no header and no field moves the clock', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    const future = server.clock.now + 86_400_000;
    const headers = { date: new Date(future).toUTCString(), 'x-date': String(future), 'x-timestamp': String(future) };
    const { email, password } = root;
    const body = { email, password, mfaOTPCode: otpAt(seed, future) };
    expect((await call(server, 'POST', '/v1/auth', { body, headers })).body.code).toBe('MFA0002');
    const timed = await call(server, 'POST', '/v1/auth', { body: { ...body, timestamp: future } });
    expect([timed.body.code, timed.headers['warifu-ignored']]).toEqual(['MFA0002', '"timestamp"']);
    expect((await login(root, otpAt(seed, server.clock.now))).status).toBe(200);
  });

  it('R21: six digits count however they are typed: any dash, space or invisible mark, full width', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    const spellings = [
      (c: string) => ` ${c.slice(0, 3)} ${c.slice(3)}\n`,
      (c: string) => `${c.slice(0, 3)}\u2212${c.slice(3)}`,
      (c: string) => `${c.slice(0, 3)}\u2013${c.slice(3)}\u200b`,
      (c: string) => [...c].join('\u30fc'),
      (c: string) => `\u202a${[...c].join('\ufe0f\u3000')}\u202c`,
      (c: string) => c.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d))),
    ];
    for (const spell of spellings) {
      server.clock.now += 30_000;
      const typed = spell(otpAt(seed, server.clock.now));
      expect([typed, (await login(root, typed)).status]).toEqual([typed, 200]);
      expect([typed, (await login(root, otpAt(seed, server.clock.now))).body.code]).toEqual([typed, 'MFA0002']);
    }
  });

  it('R21: what is not six digits in a string is a 400, not a guess', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const code = otpAt(enrolled.seed, server.clock.now);
    const arabic = code.replace(/\d/g, (d) => String.fromCharCode(0x0660 + Number(d)));
    const odd = [Number(code), code.slice(1), `${code}0`, `0${code}`, arabic, `${code.slice(0, 3)}.${code.slice(3)}`];
    for (const mfaOTPCode of [...odd, [code], { code }, true, `${code}${' '.repeat(64)}`, '1e5', '+12345']) {
      const answers = [
        await login(root, mfaOTPCode),
        await call(server, 'POST', '/v1/auth/step_up', { as: enrolled, body: { password: root.password, mfaOTPCode } }),
        await call(server, 'POST', `${mfa(root)}/backup_codes`, { as: enrolled, body: { mfaOTPCode } }),
        await call(server, 'POST', `${mfa(root)}/verify`, { as: enrolled, body: { mfaOTPCode } }),
        await call(server, 'POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode } }),
      ];
      for (const { status, body } of answers) {
        expect([mfaOTPCode, status, body.code]).toEqual([mfaOTPCode, 400, 'COM0001']);
        expect(body.message).toContain('mfaOTPCode');
      }
    }
    expect(await factorOf(root)).toMatchObject({ wrong_in_a_row: 0, wrong_in_window: 0 });
    expect((await login(root, code)).status).toBe(200);
  });

  it('ten wrong codes an hour are looked at, over all doors; the right one waits with them', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    for (let i = 0; i < 12; i++) {
      const door = Object.values(doors)[i % 4];
      await door?.(root, enrolled, wrongOtp(enrolled.seed, server.clock.now));
    }
    expect(await factorOf(root)).toMatchObject({ wrong_in_a_row: 10, wrong_in_window: 10 });
    const start = (await factorOf(root)).window_start;
    server.clock.now = start + hour - 1;
    expect((await login(root, otpAt(enrolled.seed, server.clock.now))).body.code).toBe('MFA0002');
    server.clock.now = start + hour;
    expect((await login(root, otpAt(enrolled.seed, server.clock.now))).status).toBe(200);
  });

  it('R13: 100 wrong codes in a row suspend the authenticator; the status stays ACTIVE and MFA stays on', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    for (let i = 0; i < 100; i++) {
      if (i % 10 === 0) server.clock.now += hour;
      await login(root, wrongOtp(enrolled.seed, server.clock.now), sourceOf(i));
    }
    expect(await factorOf(root)).toMatchObject({ wrong_in_a_row: 100, suspended_at: server.clock.now });
    server.clock.now += 2 * hour;
    const refused = await login(root, otpAt(enrolled.seed, server.clock.now));
    expect(refused.body.code).toBe('MFA0002');
    expect((await login(root, undefined)).body.code).toBe('MFA0001');
    const status = await call(server, 'GET', mfa(root), { as: enrolled });
    expect(status.body).toMatchObject({ status: 'ACTIVE', suspended: true });
    const suspensions = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_suspended');
    expect(suspensions).toHaveLength(1);
    const off = await call(server, 'DELETE', mfa(root), { as: enrolled, body: { password: root.password } });
    expect(off.status).toBe(204);
    await signIn(server, root);
  });

  // One accepted update per code: SELECT-then-UPDATE lets several of these through on PostgreSQL.
  it('R20, I1: of 64 doors that try one code at one instant, exactly one opens', { timeout: 300_000 }, async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    for (const [round, count] of rounds(engine).entries()) {
      server.clock.now += hour;
      const browsers = await pendingSignIns(root, count);
      const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
      const answers = await par(
        count,
        async (i) => await browsers[i]?.call('POST', '/v1/console/sign_in/verify', { body }),
      );
      const opened = successes(answers.filter((answer) => answer !== undefined));
      expect([round, opened.length, answers.length]).toEqual([round, 1, count]);
    }
  });

  it('R20, I1: nor does one code open two different doors at one instant', { timeout: 300_000 }, async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    for (let round = 0; round < 20; round++) {
      server.clock.now += hour;
      const as = { ...enrolled, ...(await signIn(server, root, otpAt(enrolled.seed, server.clock.now))) };
      const code = otpAt(enrolled.seed, server.clock.now + 30_000);
      const answers = await Promise.all(Object.values(doors).map((door) => door(root, as, code)));
      expect([round, successes(answers).length]).toEqual([round, 1]);
    }
  });

  it('I1: 16 confirmations of one enrolment give one set of codes', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const seed = await begin(server, root, as);
    const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
    const answers = await par(16, () => call(server, 'POST', `${mfa(root)}/verify`, { as, body }));
    expect(successes(answers)).toHaveLength(1);
    for (const answer of answers) expect([200, 400]).toContain(answer.status);
  });

  /** Sign-ins that got past the password; as rows, because 64 passwords at once are the throttle's to refuse. */
  const pendingSignIns = async (root: Root, count: number) => {
    const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
    const user = await server.ctx.db
      .selectFrom('users')
      .select('credential_version')
      .where('operator_id', '=', root.operatorId)
      .where('user_id', '=', rootId)
      .executeTakeFirstOrThrow();
    const rows = tokens.map((token) => ({
      operator_id: root.operatorId,
      pending_id: token.slice(0, 20),
      user_id: rootId,
      token_hash: createHash('sha256').update(token).digest('base64url'),
      kind: 'console' as const,
      source_ip: '',
      user_agent: '',
      credential_version: user.credential_version,
      wrong_codes: 0,
      created_at: server.clock.now,
      expires_at: server.clock.now + 300_000,
    }));
    await server.ctx.db.insertInto('pending_sign_ins').values(rows).execute();
    return tokens.map((token) => {
      const browser = newBrowser(server);
      browser.cookies.set('__Host-warifu-8787-sign-in', token);
      return browser;
    });
  };
});
