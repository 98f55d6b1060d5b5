import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestOverride, runDueOverrides } from '../src/recovery/host-override.ts';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, enrol, mailsOf, newRoot, otpAt, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;

describe.each(engines)('break-glass from the host on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const ask = (operatorId: string, wait = day) =>
    requestOverride(server.ctx, { operatorId, reason: 'phone and codes lost', hostUser: 'operator', wait });
  const asksForCode = async ({ email, password }: { email: string; password: string }) =>
    (await call(server, 'POST', '/v1/auth', { body: { email, password } })).body.code === 'MFA0001';

  it('R46: waits 24 hours, tells every address at once, then switches MFA off', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    await ask(root.operatorId);
    const [told] = (await mailsOf(server, root.operatorId)).filter(
      (mail) => mail.template === 'host_override_requested',
    );
    expect(told?.facts).toMatchObject({ reason: 'phone and codes lost' });
    server.clock.now += day - 1000;
    await runDueOverrides(server.ctx);
    expect(await asksForCode(root)).toBe(true);
    server.clock.now += 2000;
    await runDueOverrides(server.ctx);
    await runDueOverrides(server.ctx);
    expect(await asksForCode(root)).toBe(false);
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: enrolled })).status).toBe(401);
    const records = await auditOf(server, root.operatorId, 'Host:break-glass mfa');
    expect(records.map((row) => [row.actor, row.reason])).toEqual([
      ['host:operator', 'phone and codes lost'],
      ['host:operator', 'done'],
    ]);
    const console = await call(server, 'POST', '/v1/console/sign_in', {
      body: { email: root.email, password: root.password },
    });
    const cookie = String(console.headers['set-cookie']).split(';')[0] ?? '';
    const shown = await call(server, 'GET', '/v1/console/session', { headers: { cookie } });
    expect(shown.body.hostOverrideAt, 'the console shows it').toBeGreaterThan(0);
  });

  it('R46: is stopped by the link that every address got', async () => {
    const root = await newRoot(server);
    const { seed } = await enrol(server, root);
    await ask(root.operatorId);
    const mail = (await mailsOf(server, root.operatorId)).find((candidate) => candidate.cancelLink);
    const token = new URL(mail?.cancelLink ?? 'http://none/').hash.slice(1);
    const path = '/v1/operators/mfa_revoke_token/cancel';
    expect((await call(server, 'POST', path, { body: { token } })).status).toBe(200);
    expect((await call(server, 'POST', path, { body: { token } })).body.code).toBe('AUM0012');
    server.clock.now += 2 * day;
    await runDueOverrides(server.ctx);
    expect(await asksForCode(root)).toBe(true);
    await signIn(server, root, otpAt(seed, server.clock.now));
  });

  it('has nothing to do for an operator that is not there or has no MFA', async () => {
    await expect(ask('OP0000000000')).rejects.toMatchObject({ code: 'COM0404' });
    const root = await newRoot(server);
    await expect(ask(root.operatorId)).rejects.toMatchObject({ code: 'MFA0005' });
  });
});
