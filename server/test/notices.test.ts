import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signInConsole } from './support/browser.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { addAddress, askReset, resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe.each(engines)('notices on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let second: string;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    server.clock.now += day;
    root = await newRoot(server);
    second = await addAddress(server, root);
    await newNotices();
  });
  afterEach(() => checkInvariants(server));

  let known: string[] = [];
  /** Who was told of what since the last time this was asked. */
  const newNotices = async (): Promise<string[]> => {
    const all = (await mailsOf(server, root.operatorId)).map((mail) => `${mail.template} ${mail.to}`);
    const fresh = [...all];
    for (const line of known) if (fresh.includes(line)) fresh.splice(fresh.indexOf(line), 1);
    known = all;
    return fresh.sort();
  };
  const both = (...templates: string[]) =>
    templates.flatMap((template) => [`${template} ${root.email}`, `${template} ${second}`]).sort();
  const mfa = () => `/v1/operators/${root.operatorId}/mfa`;
  const enrolled = async (): Promise<Enrolled> => {
    const as = await enrol(server, root);
    await newNotices();
    return as;
  };
  const wrong = async (times: number, ip?: string) => {
    const body = { email: root.email, password: 'a wrong password' };
    for (let i = 0; i < times; i++) await call(server, 'POST', '/v1/auth', { body, ...(ip && { ip }) });
  };

  it('R74: MFA on, off, and new codes are told to every address, once', async () => {
    const as = await enrol(server, root);
    expect(await newNotices()).toEqual(both('mfa_enabled'));
    await call(server, 'POST', `${mfa()}/backup_codes`, { as, body: { mfaOTPCode: otpAt(as.seed, server.clock.now) } });
    expect(await newNotices()).toEqual(both('backup_codes_renewed'));
    await call(server, 'DELETE', mfa(), { as, body: { password: 'a wrong password' } });
    expect(await newNotices()).toEqual([]);
    await call(server, 'DELETE', mfa(), { as, body: { password: root.password } });
    expect(await newNotices()).toEqual(both('mfa_disabled'));
  });

  it('R74: a reset that is asked and one that is done', async () => {
    const as = await enrolled();
    const token = await resetToken(server, root);
    expect(await newNotices()).toEqual([`mfa_reset_link ${root.email}`, `mfa_reset_requested ${second}`]);
    await askReset(server, { ...root, password: 'a wrong password' });
    expect(await newNotices()).toEqual([]);
    const { email, password } = root;
    await verifyReset(server, { token, email, password, backupCode: as.backupCodes[0] ?? '' });
    expect(await newNotices()).toEqual(both('mfa_reset_done'));
  });

  it('R74: a password that was changed, and one that was reset', async () => {
    const as = await signIn(server, root);
    const newPassword = 'quite another secret 割';
    const body = { currentPassword: root.password, newPassword };
    await call(server, 'POST', `/v1/operators/${root.operatorId}/password`, { as, body });
    expect(await newNotices()).toEqual(both('password_changed'));
    await resetPasswordByMail(server, root, 'yet another secret 割 1');
    expect(await newNotices()).toEqual([`password_reset_link ${root.email}`, ...both('password_reset')].sort());
  });

  it('R16: a sign-in from a new source, but not the first one of all, nor again from there', async () => {
    await signIn(server, root, undefined, '203.0.113.1');
    expect(await newNotices()).toEqual([]);
    await signIn(server, root, undefined, '203.0.113.2');
    expect(await newNotices()).toEqual(both('sign_in_new_source'));
    await signIn(server, root, undefined, '203.0.113.2');
    await signIn(server, root, undefined, '203.0.113.1');
    expect(await newNotices()).toEqual([]);
    server.clock.now += 31 * day;
    await signIn(server, root, undefined, '203.0.113.2');
    expect(await newNotices()).toEqual(both('sign_in_new_source'));
  });

  it('R16: the right password and a wrong code, once an hour', async () => {
    const as = await enrolled();
    const { email, password } = root;
    const attempt = () =>
      call(server, 'POST', '/v1/auth', { body: { email, password, mfaOTPCode: wrongOtp(as.seed, server.clock.now) } });
    for (let i = 0; i < 3; i++) await attempt();
    expect(await newNotices()).toEqual(both('sign_in_code_failed'));
    server.clock.now += hour - 1;
    await attempt();
    expect(await newNotices()).toEqual([]);
    server.clock.now += 1;
    await attempt();
    expect(await newNotices()).toEqual(both('sign_in_code_failed'));
  });

  it('R16: the right password and no code at all, when the console sign-in runs out', async () => {
    const as = await enrolled();
    const { email, password } = root;
    const begin = () => call(server, 'POST', '/v1/console/sign_in', { body: { email, password } });
    await begin();
    server.clock.now += 5 * minute - 1;
    expect(await newNotices()).toEqual([]);
    server.clock.now += 1;
    expect(await newNotices()).toEqual(both('sign_in_code_failed'));
    // One that came to its end is nothing to tell of.
    server.clock.now += hour;
    await signInConsole(server, root, otpAt(as.seed, server.clock.now));
    server.clock.now += 10 * minute;
    expect(await newNotices()).toEqual(both('sign_in_new_device'));
  });

  it('R16: a success after five failures, not after four', async () => {
    await signIn(server, root);
    await wrong(4);
    await signIn(server, root);
    expect(await newNotices()).toEqual([]);
    await wrong(3);
    await wrong(2, '203.0.113.3');
    await signIn(server, root);
    expect(await newNotices()).toEqual(both('sign_in_after_failures'));
    await signIn(server, root);
    expect(await newNotices()).toEqual([]);
  });

  it('R74: tells time, source and account, and holds no link but the one that stops a reset', async () => {
    const as = await enrolled();
    await resetToken(server, root);
    await call(server, 'DELETE', mfa(), {
      as,
      body: { password: root.password },
      ip: '203.0.113.9',
      headers: { 'user-agent': 'test/2' },
    });
    const mails = await mailsOf(server, root.operatorId);
    const off = mails.filter((mail) => mail.template === 'mfa_disabled');
    expect(off).toHaveLength(2);
    for (const { facts } of off) {
      expect(facts).toMatchObject({
        at: server.clock.now,
        sourceIp: '203.0.113.9',
        userAgent: 'test/2',
        account: root.email,
      });
      expect(facts.receipt).toEqual({ sessions: 0, pendingSignIns: 0, links: 1, backupCodes: 5 });
    }
    for (const mail of mails) {
      const secret = JSON.stringify(mail.facts).match(/#[\w-]{43}/g) ?? [];
      const expected = ['mfa_reset_link', 'mfa_reset_requested'].includes(mail.template) ? 1 : 0;
      expect([mail.template, secret.length]).toEqual([mail.template, expected]);
    }
  });

  it('I4: an address that was not confirmed is told nothing', async () => {
    await server.ctx.db
      .updateTable('emails')
      .set({ verified_at: null })
      .where('operator_id', '=', root.operatorId)
      .where('email', '=', second)
      .execute();
    await enrol(server, root);
    expect(await newNotices()).toEqual([`mfa_enabled ${root.email}`]);
  });

  it('I4: a change that is refused tells nobody', async () => {
    const as = await enrolled();
    await call(server, 'POST', mfa(), { as });
    await call(server, 'POST', `${mfa()}/backup_codes`, {
      as,
      body: { mfaOTPCode: wrongOtp(as.seed, server.clock.now) },
    });
    await call(server, 'POST', `/v1/operators/${root.operatorId}/password`, {
      as,
      body: { currentPassword: 'a wrong password', newPassword: 'quite another secret 割' },
    });
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/cancel', { body: { token: 'A'.repeat(43) } });
    expect(await newNotices()).toEqual([]);
  });
});
