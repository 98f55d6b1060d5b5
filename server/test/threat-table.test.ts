import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn, wrongOtp } from './support/people.ts';
import { addAddress, askReset, resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;
const newPassword = 'the attacker chose this 1';

/** The attackers of security.md 4.1 against the flows of 4.2, as far as they concern the root user. */
describe.each(engines)('who may get what, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let owner: Enrolled;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    server.clock.now += day;
    root = await newRoot(server);
    owner = await enrol(server, root);
  });
  afterEach(() => checkInvariants(server));

  const mfa = () => `/v1/operators/${root.operatorId}/mfa`;
  const templates = async () => (await mailsOf(server, root.operatorId)).map((mail) => mail.template);
  const stillActive = async () => {
    const factors = await server.ctx.db
      .selectFrom('factors')
      .select('status')
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect(factors).toEqual([{ status: 'ACTIVE' }]);
  };
  const guess = { mfaOTPCode: '000000' };
  const signInWith = (password: string, more = {}) =>
    call(server, 'POST', '/v1/auth', { body: { email: root.email, password, ...more }, ip: '192.0.2.66' });
  /** E, D and CN: what needs a session of the root user. */
  const inSession = async (as: Credentials | undefined, password: string): Promise<Record<string, Answer>> => ({
    enable: await call(server, 'POST', mfa(), { as }),
    confirm: await call(server, 'POST', `${mfa()}/verify`, { as, body: guess }),
    disable: await call(server, 'DELETE', mfa(), { as, body: { password } }),
    renew: await call(server, 'POST', `${mfa()}/backup_codes`, { as, body: guess }),
    change: await call(server, 'POST', `/v1/operators/${root.operatorId}/password`, {
      as,
      body: { currentPassword: password, newPassword },
    }),
  });
  const refusedAll = (answers: Record<string, Answer>) => {
    for (const [name, answer] of Object.entries(answers)) expect([name, answer.status >= 400]).toEqual([name, true]);
  };

  it('C1, the password: no session, no recovery; a mail to the owner at most', async () => {
    const answers = [await signInWith(root.password), await signInWith(root.password, guess)];
    expect(answers.map((answer) => answer.body.code)).toEqual(['MFA0001', 'MFA0002']);
    for (const { body, headers } of answers) {
      expect([body.token, body.apiKey, headers['set-cookie']]).toEqual([undefined, undefined, undefined]);
    }
    refusedAll(await inSession(undefined, root.password));
    expect((await askReset(server, root, '192.0.2.66')).text).toBe('');
    const proof = { token: 'A'.repeat(43), email: root.email, password: root.password, backupCode: 'AAAA222E' };
    expect((await verifyReset(server, proof)).status).toBe(400);
    await stillActive();
    expect(await templates()).toEqual(expect.arrayContaining(['sign_in_code_failed', 'mfa_reset_link']));
  });

  it('C2, the mailbox: the password falls, MFA stays, and no reset for 24 hours', async () => {
    await askReset(server, { email: root.email, password: 'a wrong password' });
    expect(await templates()).not.toContain('mfa_reset_link');
    expect((await resetPasswordByMail(server, root, newPassword)).status).toBe(200);
    expect((await signInWith(newPassword)).body.code).toBe('MFA0001');
    const changed = { ...root, password: newPassword };
    await askReset(server, changed);
    expect(await templates()).not.toContain('mfa_reset_link');
    server.clock.now += day;
    // After a day it may cause a mail, and still lacks a backup code.
    const token = await resetToken(server, changed);
    expect(token).not.toBe('');
    for (const backupCode of ['AAAA222E', owner.backupCodes[0]?.toLowerCase().replace(/^./, '2x') ?? '']) {
      const proof = { token, email: root.email, password: newPassword, backupCode };
      expect((await verifyReset(server, proof)).body.code).toBe('MFA0010');
    }
    await stillActive();
    expect(await templates()).toContain('password_reset');
  });

  it('C1+C2, both: twenty guesses at a backup code over the life of a set, then none', async () => {
    let token = '';
    for (let i = 0; i < 30; i++) {
      if (i % 5 === 0) server.clock.now += day;
      // From the fifth link on there is none: the set is frozen.
      if (i % 5 === 0) token = await resetToken(server, root, '192.0.2.66');
      const proof = { token, email: root.email, password: root.password, backupCode: 'AAAA222E' };
      expect((await verifyReset(server, proof)).body.code).toBe('MFA0010');
    }
    await stillActive();
    const set = await server.ctx.db
      .selectFrom('backup_code_sets')
      .select('wrong_guesses')
      .where('operator_id', '=', root.operatorId)
      .executeTakeFirstOrThrow();
    expect(set.wrong_guesses).toBe(20);
  });

  it('C1+C2 and a current code: this is the recovery; every address learns of it', async () => {
    const second = await addAddress(server, root);
    const token = await resetToken(server, root);
    const proof = { token, email: root.email, password: root.password, backupCode: owner.backupCodes[3] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(200);
    const told = (await mailsOf(server, root.operatorId)).filter((mail) => mail.to === second).map((m) => m.template);
    expect(told).toEqual(expect.arrayContaining(['mfa_reset_requested', 'mfa_reset_done']));
  });

  it('C1 and a current code, no mailbox: nothing', async () => {
    await askReset(server, root);
    for (const token of [undefined, '', 'A'.repeat(43), root.operatorId]) {
      const proof = { email: root.email, password: root.password, backupCode: owner.backupCodes[0] ?? '' };
      expect((await verifyReset(server, token === undefined ? proof : { ...proof, token })).status).toBe(400);
    }
    await stillActive();
  });

  it('C3, a live session: nothing without the password; enrolling anew needs it too', async () => {
    server.clock.now += 16 * 60_000;
    const answers = await inSession(owner, 'a wrong password');
    refusedAll(answers);
    expect(answers.enable?.body.code).toBe('MFA0004');
    await stillActive();
    // Where MFA is off, the session alone does not turn it on after a quarter of an hour either.
    const plain = await newRoot(server);
    const as = await signIn(server, plain);
    server.clock.now += 15 * 60_000;
    const enable = await call(server, 'POST', `/v1/operators/${plain.operatorId}/mfa`, { as });
    expect([enable.status, enable.body.code]).toEqual([403, 'MFA0004']);
    await call(server, 'POST', '/v1/auth/step_up', { as, body: { password: 'a wrong password' } });
    expect((await call(server, 'POST', `/v1/operators/${plain.operatorId}/mfa`, { as })).status).toBe(403);
  });

  it('C1+C3, session and password: may disable, is told of, and gets no new backup codes', async () => {
    const wrong = { mfaOTPCode: wrongOtp(owner.seed, server.clock.now) };
    const renew = await call(server, 'POST', `${mfa()}/backup_codes`, { as: owner, body: wrong });
    expect(renew.body.code).toBe('MFA0007');
    const enable = await call(server, 'POST', mfa(), { as: owner });
    expect(enable.body.code).toBe('MFA0003');
    await stillActive();
    const disable = await call(server, 'DELETE', mfa(), { as: owner, body: { password: root.password } });
    expect(disable.status).toBe(204);
    expect(await templates()).toContain('mfa_disabled');
  });

  it('C4, an old backup code: nothing, alone or with all the rest', async () => {
    await call(server, 'DELETE', mfa(), { as: owner, body: { password: root.password } });
    const again = await enrol(server, root);
    const token = await resetToken(server, root);
    const proof = { token, email: root.email, password: root.password };
    for (const backupCode of owner.backupCodes.slice(0, 4)) {
      expect((await verifyReset(server, { ...proof, backupCode })).body.code).toBe('MFA0010');
    }
    await stillActive();
    expect((await verifyReset(server, { ...proof, backupCode: again.backupCodes[0] ?? '' })).status).toBe(200);
  });

  it('C11, the root user of another operator: nothing, with everything that is its own', async () => {
    const other = await newRoot(server);
    const as = await enrol(server, other);
    const answers = await inSession(as, other.password);
    for (const [name, { status, body }] of Object.entries(answers)) {
      expect([name, status, body.code]).toEqual([name, 404, 'COM0404']);
    }
    const code = otpAt(as.seed, server.clock.now);
    expect((await signInWith(other.password, { mfaOTPCode: code })).body.code).toBe('AUM0002');
    expect((await signInWith(root.password, { mfaOTPCode: code })).body.code).toBe('MFA0002');
    const token = await resetToken(server, other);
    const proof = { token, email: root.email, password: root.password, backupCode: as.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(400);
    await stillActive();
  });
});
