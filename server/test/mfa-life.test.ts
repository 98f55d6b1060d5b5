import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, begin, enrol, mailedToken, mailsOf, newRoot, otpAt, signIn, wrongOtp } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('the life of MFA on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const mfa = (operatorId: string) => `/v1/operators/${operatorId}/mfa`;
  const status = async (operatorId: string, as: { apiKey: string; token: string }) =>
    (await call(server, 'GET', mfa(operatorId), { as })).body.status;

  it('is enabled with a code and asked for at the next sign-in', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    expect(await status(root.operatorId, as)).toBe('INACTIVE');
    const seed = await begin(server, root, as);
    expect(await status(root.operatorId, as)).toBe('UNCONFIRMED');
    const wrong = await call(server, 'POST', `${mfa(root.operatorId)}/verify`, {
      as,
      body: { mfaOTPCode: wrongOtp(seed, server.clock.now) },
    });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'MFA0007']);
    expect(await status(root.operatorId, as)).toBe('UNCONFIRMED');
    const right = await call(server, 'POST', `${mfa(root.operatorId)}/verify`, {
      as,
      body: { mfaOTPCode: otpAt(seed, server.clock.now) },
    });
    expect(right.status).toBe(200);
    expect(right.body.backupCodes).toHaveLength(5);
    const { email, password } = root;
    const none = await call(server, 'POST', '/v1/auth', { body: { email, password } });
    expect([none.status, none.body.code]).toEqual([401, 'MFA0001']);
    const empty = await call(server, 'POST', '/v1/auth', { body: { email, password, mfaOTPCode: '' } });
    expect(empty.body.code).toBe('MFA0001');
    const used = await call(server, 'POST', '/v1/auth', {
      body: { email, password, mfaOTPCode: otpAt(seed, server.clock.now) },
    });
    expect([used.status, used.body.code]).toEqual([401, 'MFA0002']);
    server.clock.now += 30_000;
    await signIn(server, root, otpAt(seed, server.clock.now));
  });

  it('flow A: is disabled with the password; all that rested on it ends', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const other = await signIn(server, root, otpAt(enrolled.seed, server.clock.now));
    const wrong = await call(server, 'DELETE', mfa(root.operatorId), {
      as: enrolled,
      body: { password: 'not this one' },
    });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'AUM0011']);
    const done = await call(server, 'DELETE', mfa(root.operatorId), {
      as: enrolled,
      body: { password: root.password },
    });
    expect([done.status, done.text]).toEqual([204, '']);
    expect(done.headers['warifu-receipt']).toBe('sessions=1, pending-sign-ins=0, links=0, backup-codes=5');
    expect(await status(root.operatorId, enrolled)).toBe('INACTIVE');
    expect((await call(server, 'GET', mfa(root.operatorId), { as: other })).status).toBe(401);
    const again = await call(server, 'DELETE', mfa(root.operatorId), {
      as: enrolled,
      body: { password: root.password },
    });
    expect([again.status, again.body.code]).toEqual([400, 'MFA0005']);
    await signIn(server, root);
    expect((await mailsOf(server, root.operatorId)).map((mail) => mail.template)).toContain('mfa_disabled');
    expect((await auditOf(server, root.operatorId, 'Operator:revokeMFA')).map((row) => row.outcome)).toEqual([
      'failure',
      'success',
      'refused',
    ]);
  });

  it('accepts the body of a disabling without a content type, with header tokens', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const answer = await server.app.inject({
      method: 'DELETE',
      url: `${mfa(root.operatorId)}?`,
      headers: { host: 'localhost:8787', 'x-api-key': enrolled.apiKey, 'x-token': enrolled.token },
      payload: JSON.stringify({ password: root.password }),
    });
    expect(answer.statusCode).toBe(204);
  });

  it('flow B: is reset by mail with the password and one backup code', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const { email, password } = root;
    const issue = await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: { email, password } });
    expect([issue.status, issue.text]).toEqual([200, '']);
    const token = await mailedToken(server, root.operatorId, 'mfa_reset_link');
    const backupCode = enrolled.backupCodes[2]?.toLowerCase();
    const verify = await call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', {
      body: { token, email, password, backupCode },
    });
    expect([verify.status, verify.text]).toEqual([200, '']);
    expect((await call(server, 'GET', mfa(root.operatorId), { as: enrolled })).status).toBe(401);
    const as = await signIn(server, root);
    expect(await status(root.operatorId, as)).toBe('INACTIVE');
    const repeat = await call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', {
      body: { token, email, password, backupCode },
    });
    expect([repeat.status, repeat.body.code]).toEqual([400, 'MFA0010']);
    expect((await mailsOf(server, root.operatorId)).map((mail) => mail.template)).toContain('mfa_reset_done');
  });
});
