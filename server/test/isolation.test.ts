import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signInConsole } from './support/browser.ts';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { askReset, resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('isolation of operators on %s', (engine) => {
  let server: TestServer;
  let victim: Root;
  let owner: Enrolled;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    victim = await newRoot(server);
    owner = await enrol(server, victim);
    await resetToken(server, victim);
    const { email, password } = victim;
    await call(server, 'POST', '/v1/console/sign_in', { body: { email, password } });
    await mailsOf(server, victim.operatorId);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const telling = ({ status, text, body, headers }: Answer) => {
    const { 'x-request-id': _, date: __, ...others } = headers;
    return { status, text: text.replaceAll(String(body.requestId), ''), others };
  };

  it("I6: an operator's rows stay byte for byte the same while another does everything", async () => {
    // Its own pending sign-in runs out, which is written down.
    server.clock.now += 360_000;
    await server.jobs.drain();
    const before = await rowsOf(server, victim.operatorId);
    expect(Object.values(before).flat().length).toBeGreaterThan(10);
    const root = await newRoot(server);
    let as = await enrol(server, root);
    const mfa = `/v1/operators/${root.operatorId}/mfa`;
    const wrong = { mfaOTPCode: wrongOtp(as.seed, server.clock.now) };
    await call(server, 'POST', `${mfa}/backup_codes`, { as, body: wrong });
    await call(server, 'POST', `${mfa}/backup_codes`, { as, body: { mfaOTPCode: otpAt(as.seed, server.clock.now) } });
    server.clock.now += 30_000;
    const browser = await signInConsole(server, root, otpAt(as.seed, server.clock.now));
    await browser.call('PUT', '/v1/console/language', { body: { language: 'ja' } });
    await call(server, 'DELETE', '/v1/auth/sessions', { as });
    for (let i = 0; i < 30; i++) {
      await call(server, 'POST', '/v1/auth', { body: { email: root.email, password: 'x' }, ip: `203.0.113.${i}` });
    }
    server.clock.now += 86_400_000;
    await resetPasswordByMail(server, root, 'quite another secret 割');
    const changed = { ...root, password: 'quite another secret 割' };
    server.clock.now += 86_400_000;
    as = { ...as, ...(await signIn(server, changed, otpAt(as.seed, server.clock.now))) };
    await call(server, 'DELETE', mfa, { as, body: { password: changed.password } });
    const again = await enrol(server, changed);
    const token = await resetToken(server, changed);
    const proof = { token, email: root.email, password: changed.password, backupCode: again.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(200);
    await call(server, 'DELETE', `/v1/operators/${root.operatorId}/tokens`, { as: await signIn(server, changed) });
    // Two days later the other's own sessions have run out, which is no doing of this one.
    const after = await rowsOf(server, victim.operatorId);
    const grown = new Set(['pending_sign_ins', 'sessions', 'outbox', 'mail_tokens']);
    for (const table of Object.keys(before).filter((name) => !grown.has(name))) {
      expect([table, after[table]]).toEqual([table, before[table]]);
    }
  });

  it('I6: at one moment, nothing at all of it changes', async () => {
    await mailsOf(server, victim.operatorId);
    const before = await rowsOf(server, victim.operatorId);
    const root = await newRoot(server);
    const as = await enrol(server, root);
    await askReset(server, root);
    await mailsOf(server, root.operatorId);
    await call(server, 'DELETE', `/v1/operators/${root.operatorId}/mfa`, { as, body: { password: root.password } });
    expect(await rowsOf(server, victim.operatorId)).toEqual(before);
  });

  it("C11: every route with another's ID answers as if there were no such operator, whatever is sent", async () => {
    const stranger = await newRoot(server);
    const as = await enrol(server, stranger);
    const before = await rowsOf(server, victim.operatorId);
    const owned = server.app.warifu.bindings.filter(({ endpoint }) => endpoint.path.includes('{operator_id}'));
    expect(owned.length).toBeGreaterThan(8);
    for (const { endpoint } of owned) {
      const path = (operatorId: string) =>
        endpoint.path
          .replace('{operator_id}', operatorId)
          .replace('{type}', 'primary')
          .replace(/\{\w+\}/g, 'x');
      const bodies = endpoint.hasBody
        ? [{}, { password: victim.password }, { password: stranger.password }]
        : [undefined];
      for (const body of bodies) {
        const options = { as, ...(body && { body }) };
        const theirs = telling(await call(server, endpoint.method, path(victim.operatorId), options));
        const nobodys = telling(await call(server, endpoint.method, path('OP0000000000'), options));
        expect([endpoint.operation, theirs.status]).toEqual([endpoint.operation, 404]);
        expect(theirs).toEqual(nobodys);
      }
    }
    expect(await rowsOf(server, victim.operatorId)).toEqual(before);
  });

  it("C11: another's session and audit log cannot be told from none", async () => {
    const stranger = await newRoot(server);
    const as = await signIn(server, stranger);
    const sessionIds = await server.ctx.db
      .selectFrom('sessions')
      .select('session_id')
      .where('operator_id', '=', victim.operatorId)
      .execute();
    const end = async (id: string) => telling(await call(server, 'DELETE', `/v1/auth/sessions/${id}`, { as }));
    for (const { session_id } of sessionIds) {
      expect(await end(session_id)).toEqual(await end('00000000-0000-4000-8000-000000000000'));
    }
    const audit = await call(server, 'GET', '/v1/audit_logs/api?limit=1000', { as });
    const list = await call(server, 'GET', '/v1/auth/sessions', { as });
    for (const text of [audit.text, list.text]) {
      for (const word of [victim.operatorId, victim.email, owner.apiKey]) expect(text).not.toContain(word);
    }
    expect(audit.text).toContain(stranger.operatorId);
  });
});
