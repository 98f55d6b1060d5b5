import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { canaries, enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { par, sourceOf, tally } from './support/race.ts';
import { addAddress, resetToken, verifyReset } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const password = 'quite another secret 割';

describe.each(engines)('password reset by mail on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    canaries.add(password);
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    server.clock.now += day;
    await checkInvariants(server);
  });

  const ask = (email: unknown, ip?: string) => {
    server.clock.now += 1;
    return call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email }, ...(ip && { ip }) });
  };
  const tokenOf = async (root: Root) => {
    await ask(root.email);
    return await mailedToken(server, root.operatorId, 'password_reset_link');
  };
  const set = (token: string, value = password) =>
    call(server, 'POST', '/v1/auth/password_reset_token/verify', { body: { token, password: value } });
  const links = async (root: Root) =>
    (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'password_reset_link');
  const dead = (answer: Answer) => expect([answer.status, answer.body.code]).toEqual([400, 'AUM0012']);

  it('R47: answers the same and at once; the mail is work behind the answer, to the stored address', async () => {
    const root = await newRoot(server);
    const answers = [await ask(root.email), await ask('ghost@example.com'), await ask(` ${root.email.toUpperCase()} `)];
    for (const { status, text } of answers) expect([status, text]).toEqual([200, '']);
    const before = await server.ctx.db
      .selectFrom('outbox')
      .select('template')
      .where('operator_id', '=', root.operatorId)
      .where('template', '=', 'password_reset_link')
      .execute();
    expect(before).toEqual([]);
    expect((await links(root)).map((mail) => mail.to)).toEqual([root.email, root.email]);
  });

  it('R47: goes to the primary address alone, whoever else is known', async () => {
    const root = await newRoot(server);
    const second = await addAddress(server, root);
    await ask(second);
    expect(await links(root)).toEqual([]);
    await ask(root.email);
    expect((await links(root)).map((mail) => mail.to)).toEqual([root.email]);
  });

  it.each([
    ['two addresses', ['a@example.com', 'b@example.com']],
    ['an object', { '0': 'a@example.com' }],
    ['a list in a text', 'root1@example.com,evil@example.com'],
    ['a header in a text', 'root1@example.com\r\nbcc: evil@example.com'],
    ['two at signs', 'root1@example.com@evil.test'],
    ['a number', 5],
  ])('R47: refuses %s for an address', async (_, email) => {
    const answer = await ask(email);
    expect(answer.status).toBe(400);
    expect(String(answer.body.message)).toContain('email');
  });

  it('R48: sets the password once, ends every session, signs nobody in and leaves MFA on', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const second = await addAddress(server, root);
    const other = await signIn(server, root, otpAt(enrolled.seed, server.clock.now));
    const resetLink = await resetToken(server, root);
    const token = await tokenOf(root);
    const answer = await set(token);
    expect([answer.status, answer.text, answer.headers['set-cookie']]).toEqual([200, '', undefined]);
    expect(answer.headers['warifu-receipt']).toBe('sessions=2, pending-sign-ins=0, links=1, backup-codes=0');
    for (const as of [enrolled, other]) {
      expect((await call(server, 'GET', '/v1/auth/sessions', { as })).status).toBe(401);
    }
    dead(await set(token, 'yet another secret 割'));
    const body = { email: root.email, password: root.password };
    expect((await call(server, 'POST', '/v1/auth', { body })).body.code).toBe('AUM0002');
    const changed = { ...root, password };
    expect((await call(server, 'POST', '/v1/auth', { body: { ...body, password } })).body.code).toBe('MFA0001');
    server.clock.now += 30_000;
    await signIn(server, changed, otpAt(enrolled.seed, server.clock.now));
    const proof = { token: resetLink, email: root.email, password, backupCode: enrolled.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(400);
    const told = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'password_reset');
    expect(told.map((mail) => mail.to).sort()).toEqual([root.email, second].sort());
  });

  it('R03: a password that is not acceptable is refused with the reason, and the link stays alive', async () => {
    const root = await newRoot(server);
    const token = await tokenOf(root);
    const bad = ['short', 'a'.repeat(20), root.email, root.operatorId, 'x'.repeat(1025)];
    for (const value of bad) {
      const answer = await set(token, value);
      expect([value, answer.status]).toEqual([value, 400]);
      expect(['AUM0010', 'COM0001']).toContain(answer.body.code);
    }
    expect((await set(token)).status).toBe(200);
  });

  it('R43: a link is dead after thirty minutes, a newer one, a password change; and made up ones never lived', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const first = await tokenOf(root);
    const second = await tokenOf(root);
    dead(await set(first));
    server.clock.now += 30 * minute;
    dead(await set(second));
    server.clock.now += hour;
    const third = await tokenOf(root);
    await call(server, 'POST', `/v1/operators/${root.operatorId}/password`, {
      as,
      body: { currentPassword: root.password, newPassword: 'the owner was faster 割' },
    });
    dead(await set(third));
    for (const token of ['A'.repeat(43), third.slice(1), `${third}A`, third.toUpperCase()]) dead(await set(token));
    await signIn(server, { ...root, password: 'the owner was faster 割' });
  });

  it('R43: a link for an MFA reset sets no password', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    dead(await set(await resetToken(server, root)));
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: enrolled })).status).toBe(200);
  });

  it('mails three links an hour and ten a day', async () => {
    const root = await newRoot(server);
    const counts = [];
    for (let hours = 0; hours < 5; hours++) {
      for (let i = 0; i < 4; i++) await ask(root.email, sourceOf(i));
      counts.push((await links(root)).length);
      server.clock.now += hour;
    }
    expect(counts).toEqual([3, 6, 9, 10, 10]);
    server.clock.now += day;
    await ask(root.email);
    expect(await links(root)).toHaveLength(11);
  });

  it('I1: of 16 resets with one link at one instant exactly one succeeds', async () => {
    for (let round = 0; round < 10; round++) {
      const root = await newRoot(server);
      const token = await tokenOf(root);
      const answers = await par(16, (i) => set(token, `a new secret no ${i} 割`));
      expect([round, tally(answers)]).toEqual([round, { '200': 1, '400 AUM0012': 15 }]);
      const winner = answers.findIndex((answer) => answer.status === 200);
      await signIn(server, { ...root, password: `a new secret no ${winner} 割` });
    }
  });

  it('R04: a change needs a session and the current password, and ends every other session', async () => {
    const root = await newRoot(server);
    const [as, other] = [await signIn(server, root), await signIn(server, root)];
    const path = `/v1/operators/${root.operatorId}/password`;
    const body = { currentPassword: root.password, newPassword: password };
    expect((await call(server, 'POST', path, { body })).status).toBe(401);
    const wrong = await call(server, 'POST', path, { as, body: { ...body, currentPassword: 'a wrong password' } });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'AUM0011']);
    const same = await call(server, 'POST', path, { as, body: { ...body, newPassword: root.email } });
    expect([same.status, same.body.code]).toEqual([400, 'AUM0010']);
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: other })).status).toBe(200);
    const done = await call(server, 'POST', path, { as, body });
    expect([done.status, done.text]).toEqual([200, '']);
    expect((await call(server, 'GET', '/v1/auth/sessions', { as })).status).toBe(200);
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: other })).status).toBe(401);
    await signIn(server, { ...root, password });
    const templates = (await mailsOf(server, root.operatorId)).map((mail) => mail.template);
    expect(templates.filter((template) => template === 'password_changed')).toHaveLength(1);
  });
});
