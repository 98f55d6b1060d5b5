import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requestOverride } from '../src/recovery/host-override.ts';
import { newBrowser } from './support/browser.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { sourceOf } from './support/race.ts';
import { addAddress, resetToken, verifyReset } from './support/recovery.ts';
import { credentialsOf } from './support/sam.ts';
import { engines, startBeside, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;

/** C8: the clock goes ahead and is corrected. */
describe.each(engines)('A18: a clock that was wrong, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    root = await newRoot(server);
  });
  afterEach(() => checkInvariants(server));

  const login = async (more: object = {}, ip = '198.51.100.7') => {
    const { email, password } = root;
    const answer = await call(server, 'POST', '/v1/auth', { body: { email, password, ...more }, ip });
    if (answer.status === 200) credentialsOf(answer.body);
    return answer;
  };
  const askReset = () => call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
  const links = async () => {
    await server.jobs.drain();
    const rows = await server.ctx.db
      .selectFrom('outbox')
      .select('mail_id')
      .where('operator_id', '=', root.operatorId)
      .where('template', '=', 'password_reset_link')
      .execute();
    return rows.length;
  };

  it('the right password works at once after failures of a time that never was', async () => {
    server.clock.now += 10 * hour;
    for (let i = 0; i < 26; i++) await login({ password: 'wrong' }, sourceOf(i));
    for (let i = 0; i < 6; i++) await login({ password: 'wrong' });
    expect((await login()).status, 'paused').toBe(401);
    server.clock.now -= 10 * hour;
    expect((await login()).status).toBe(200);
    expect((await login({}, '192.0.2.99')).status, 'from a strange source').toBe(200);
  });

  it('the right code works at once after wrong ones of a time that never was', async () => {
    const { seed } = await enrol(server, root);
    server.clock.now += 10 * hour;
    for (let i = 0; i < 11; i++) await login({ mfaOTPCode: wrongOtp(seed, server.clock.now) });
    expect((await login({ mfaOTPCode: otpAt(seed, server.clock.now) })).body.code, 'over its budget').toBe('MFA0002');
    server.clock.now -= 10 * hour;
    expect((await login({ mfaOTPCode: otpAt(seed, server.clock.now) })).status).toBe(200);
  });

  it('the next code works within a minute of a correction, a used one never, after one of a time that never was', async () => {
    const { seed } = await enrol(server, root);
    const used = otpAt(seed, server.clock.now);
    expect((await login({ mfaOTPCode: used })).status).toBe(200);
    server.clock.now += 10 * hour;
    expect((await login({ mfaOTPCode: otpAt(seed, server.clock.now) })).status).toBe(200);
    server.clock.now -= 10 * hour;
    expect((await login({ mfaOTPCode: used })).body.code, 'used before').toBe('MFA0002');
    server.clock.now += minute;
    expect((await login({ mfaOTPCode: otpAt(seed, server.clock.now) })).status).toBe(200);
  });

  it('counters that another server wrote ahead of time count for nothing here', async () => {
    const { seed } = await enrol(server, root);
    for (let i = 0; i < 26; i++) await login({ password: 'wrong' }, sourceOf(i));
    for (let i = 0; i < 5; i++) await login({ password: 'wrong' });
    for (let i = 0; i < 4; i++) await askReset();
    const before = await links();
    const ahead = server.clock.now + 10 * hour;
    const { db } = server.ctx;
    await db.updateTable('attempt_windows').set({ window_start: ahead, count: 1000 }).execute();
    await db
      .updateTable('authenticator_apps')
      .set({ window_start: ahead, wrong_in_window: 10 })
      .where('operator_id', '=', root.operatorId)
      .execute();
    await db
      .updateTable('login_accounts')
      .set({ wait_until: ahead, updated_at: ahead })
      .where('account_key', '=', `${root.operatorId}/root`)
      .execute();
    await askReset();
    expect(await links()).toBe(before + 1);
    const right = await login({ mfaOTPCode: otpAt(seed, server.clock.now) }, '192.0.2.99');
    expect(right.status, 'from a strange source').toBe(200);
  });

  it('links, recovery cases and mails of a time that never was live as long as any', async () => {
    const { seed, backupCodes } = await enrol(server, root);
    await addAddress(server, root);
    server.clock.now += 10 * hour;
    const token = await resetToken(server, root);
    const dueAt = await requestOverride(server.ctx, {
      operatorId: root.operatorId,
      reason: 'phone lost',
      hostUser: 'operator',
      wait: 24 * hour,
    });
    server.clock.now -= 10 * hour;
    const as = await signIn(server, root, otpAt(seed, server.clock.now));
    const pending = async () =>
      (await call(server, 'GET', `/v1/operators/${root.operatorId}/mfa`, { as })).body.pendingReset;
    expect(await pending()).toMatchObject({ kind: 'mail', dueAt: server.clock.now + 30 * minute });
    const rows = await server.ctx.db
      .selectFrom('outbox')
      .select(['next_attempt_at', 'not_after'])
      .where('operator_id', '=', root.operatorId)
      .execute();
    for (const row of rows) expect(row.next_attempt_at).toBeLessThanOrEqual(server.clock.now);
    server.clock.now += 30 * minute;
    const proof = { token, email: root.email, password: root.password, backupCode: backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status, 'the link is over').toBe(400);
    expect(await pending()).toMatchObject({ kind: 'host', dueAt: dueAt - 10 * hour });
  });

  it('a quarantine and a hold of a time that never was last as long as any', async () => {
    const { backupCodes, ...as } = await enrol(server, root);
    const path = `/v1/operators/${root.operatorId}`;
    const { body: before } = await call(server, 'GET', `${path}/settings`, { as });
    const settings = { ...before, quarantineAfterReset: true };
    expect((await call(server, 'PUT', `${path}/settings`, { as, body: settings })).status).toBe(204);
    server.clock.now += 1000 * hour;
    const token = await resetToken(server, root);
    const proof = { token, email: root.email, password: root.password, backupCode: backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(200);
    await askReset();
    const password = 'quite another phrase 2';
    const renewed = { token: await mailedToken(server, root.operatorId, 'password_reset_link'), password };
    expect((await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body: renewed })).status).toBe(200);
    server.clock.now -= 1000 * hour;
    root = { ...root, password };
    const create = async () => {
      const owner = credentialsOf((await login()).body);
      return await call(server, 'POST', `${path}/users/taro`, { as: owner, body: {} });
    };
    const refused = await create();
    expect([refused.body.code, refused.body['until']]).toEqual(['AUM0019', server.clock.now + 24 * hour]);
    server.clock.now += 24 * hour;
    expect((await create()).status).toBe(201);
    await enrol(server, root);
    const resets = async () =>
      (await mailsOf(server, root.operatorId)).filter(({ template }) => template === 'mfa_reset_link').length;
    const sent = await resets();
    await resetToken(server, root);
    expect((await resets()) - sent, 'the hold is over').toBe(1);
  });

  it('mails of a reset are sent again after those of a time that never was', async () => {
    server.clock.now += 10 * hour;
    for (let i = 0; i < 5; i++) await askReset();
    const before = await links();
    server.clock.now -= 10 * hour;
    await askReset();
    expect(await links()).toBe(before + 1);
  });

  it('what had expired does not live again: session, link, pending sign-in', async () => {
    const api = credentialsOf((await login({ tokenTimeoutSeconds: 180 })).body);
    await askReset();
    const token = await mailedToken(server, root.operatorId, 'password_reset_link');
    const { seed } = await enrol(server, root);
    const browser = newBrowser(server);
    const body = { email: root.email, password: root.password };
    expect((await browser.call('POST', '/v1/console/sign_in', { body })).body.next).toBe('MFA');
    const living = await signIn(server, root, otpAt(seed, server.clock.now));
    server.clock.now += hour;
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: living })).status).toBe(200);
    server.clock.now -= hour;
    const code = { mfaOTPCode: otpAt(seed, server.clock.now + 30_000) };
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: api })).status).toBe(401);
    expect((await browser.call('POST', '/v1/console/sign_in/verify', { body: code })).body.code).toBe('AUM0018');
    const reset = { token, password: 'quite another phrase 1' };
    const answer = await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body: reset });
    expect(answer.body.code).toBe('AUM0012');
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: living })).status).toBe(200);
  });

  it('a session of a time that never was lives as long as any, and its password was proved now', async () => {
    server.clock.now += 10 * hour;
    const session = credentialsOf((await login({ tokenTimeoutSeconds: 3600 })).body);
    server.clock.now -= 10 * hour;
    const alive = async () => (await call(server, 'GET', '/v1/auth/sessions', { as: session })).status === 200;
    expect(await alive()).toBe(true);
    const remove = () =>
      call(server, 'DELETE', `/v1/operators/${root.operatorId}/mfa`, {
        as: session,
        body: { password: root.password },
      });
    expect((await remove()).body.code, 'proved a moment ago').toBe('MFA0005');
    server.clock.now += hour - 1;
    expect(await alive()).toBe(true);
    const rows = await server.ctx.db
      .selectFrom('sessions')
      .select('proved_at')
      .where('operator_id', '=', root.operatorId)
      .execute();
    for (const { proved_at: provedAt } of rows) expect(provedAt).toBeLessThanOrEqual(server.clock.now - hour + 1);
    server.clock.now += 1;
    expect(await alive()).toBe(false);
  });

  it('a server that starts with a corrected clock knows what had expired', async () => {
    const session = credentialsOf((await login({ tokenTimeoutSeconds: 180 })).body);
    server.clock.now += hour;
    await server.jobs.drain();
    // As if nobody had cleaned up before it stopped.
    const again = credentialsOf((await login({ tokenTimeoutSeconds: 180 })).body);
    server.clock.now += 10 * minute;
    const { ctx } = server;
    await ctx.db
      .updateTable('server_state')
      .set({ value: String(server.clock.now) })
      .where('key', '=', 'latest_time')
      .execute();
    server.clock.now -= 30 * minute;
    const restarted = await startBeside(server);
    for (const as of [session, again]) {
      expect((await call(restarted, 'GET', '/v1/auth/sessions', { as })).status).toBe(401);
    }
    await restarted.stop();
  });
});
