import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import {
  auditOf,
  canaries,
  type Enrolled,
  enrol,
  mailedToken,
  mailsOf,
  newRoot,
  otpAt,
  type Root,
  signIn,
} from './support/people.ts';
import { par, rounds, sourceOf, successes, tally } from './support/race.ts';
import { addAddress, askReset, type Proof, resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const newPassword = 'quite another secret 割';

describe.each(engines)('MFA reset by mail on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    vi.restoreAllMocks();
    server.clock.now += day;
    await checkInvariants(server, [503]);
  });

  const fresh = async () => {
    const root = await newRoot(server);
    return { root, as: await enrol(server, root) };
  };
  const status = async (root: Root, as: Enrolled) =>
    (await call(server, 'GET', `/v1/operators/${root.operatorId}/mfa`, { as })).body.status;
  const links = async (root: Root) =>
    (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_reset_link').length;
  const proofOf = ({ email, password }: Root, as: Enrolled, token: string) => {
    return { token, email, password, backupCode: as.backupCodes[0] ?? '' };
  };
  const refused = (answer: Answer) => expect([answer.status, answer.body.code]).toEqual([400, 'MFA0010']);

  it('R41: every wrong combination gets the same bytes, does the same work and changes nothing', async () => {
    const { root, as } = await fresh();
    const other = await fresh();
    await addAddress(server, root);
    const othersToken = await resetToken(server, other.root);
    await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
    const passwordToken = await mailedToken(server, root.operatorId, 'password_reset_link');
    const token = await resetToken(server, root);
    const cancelLink = (await mailsOf(server, root.operatorId)).find((mail) => mail.cancelLink)?.cancelLink ?? '';
    const right = proofOf(root, as, token);
    const wrongs: Record<string, Proof> = {
      'no token': { token: undefined },
      'a made-up token': { token: 'A'.repeat(43) },
      "another operator's token": { token: othersToken },
      'a token for the password': { token: passwordToken },
      'the token of the cancel link': { token: new URL(cancelLink).hash.slice(1) },
      'no address': { email: undefined },
      'an unknown address': { email: 'ghost@example.com' },
      "another operator's address": { email: other.root.email },
      'what is no address': { email: 'ghost' },
      'no password': { password: undefined },
      'a wrong password': { password: 'a wrong password' },
      "another operator's password": { password: other.root.password },
      'a wrong code': { backupCode: 'AAAA222E' },
      "another operator's code": { backupCode: other.as.backupCodes[0] ?? '' },
      'all of the other operator but the token': { ...proofOf(other.root, other.as, token) },
      'nothing but a code': { token: undefined, email: undefined, password: undefined },
    };
    const seen = new Set<string>();
    for (const [i, [name, wrong]] of Object.entries(wrongs).entries()) {
      await server.ctx.db.updateTable('mail_tokens').set({ failures: 0 }).execute();
      const verify = vi.spyOn(server.ctx.hasher, 'verify');
      const code = vi.spyOn(server.ctx.hasher, 'hashWithSalt');
      const answer = await verifyReset(server, { ...right, ...wrong }, { ip: sourceOf(i) });
      refused(answer);
      expect([name, verify.mock.calls.length, code.mock.calls.length]).toEqual([name, 1, 1]);
      const { 'x-request-id': requestId, date: _, ...headers } = answer.headers;
      seen.add(`${JSON.stringify(headers)}${answer.text.replaceAll(String(requestId), '')}`);
      vi.restoreAllMocks();
    }
    expect(seen.size).toBe(1);
    expect([await status(root, as), await status(other.root, other.as)]).toEqual(['ACTIVE', 'ACTIVE']);
    expect((await verifyReset(server, right)).status).toBe(200);
  });

  const deaths: Record<string, (root: Root, as: Enrolled, token: string) => Promise<unknown>> = {
    'its use': (root, as, token) => verifyReset(server, proofOf(root, as, token)),
    'a newer link': (root) => resetToken(server, root),
    'a password change': (root, as) =>
      call(server, 'POST', `/v1/operators/${root.operatorId}/password`, {
        as,
        body: { currentPassword: root.password, newPassword },
      }),
    'a password reset': (root) => resetPasswordByMail(server, root, newPassword),
    'MFA off and on again': async (root, as) => {
      const body = { password: root.password };
      await call(server, 'DELETE', `/v1/operators/${root.operatorId}/mfa`, { as, body });
      Object.assign(as, await enrol(server, root));
    },
    'being cancelled': (_, __, token) =>
      call(server, 'POST', '/v1/operators/mfa_revoke_token/cancel', { body: { token } }),
    'thirty minutes': async () => {
      server.clock.now += 30 * minute;
    },
  };
  it.each(Object.keys(deaths))('R43: a link is dead after %s', async (name) => {
    const { root, as } = await fresh();
    const token = await resetToken(server, root);
    await deaths[name]?.(root, as, token);
    const now = await server.ctx.db
      .selectFrom('factors')
      .select('status')
      .where('operator_id', '=', root.operatorId)
      .execute();
    for (const password of [root.password, newPassword]) {
      refused(await verifyReset(server, { ...proofOf(root, as, token), password }));
    }
    const later = await server.ctx.db
      .selectFrom('factors')
      .select('status')
      .where('operator_id', '=', root.operatorId)
      .execute();
    expect(later).toEqual(now);
    expect(later).toHaveLength(name === 'its use' ? 0 : 1);
  });

  it('R43: a link lives for one millisecond less than thirty minutes', async () => {
    const { root, as } = await fresh();
    const token = await resetToken(server, root);
    server.clock.now += 30 * minute - 1;
    expect((await verifyReset(server, proofOf(root, as, token))).status).toBe(200);
  });

  it('R43: the fifth failure kills a link, whatever was wrong', async () => {
    const { root, as } = await fresh();
    const right = proofOf(root, as, await resetToken(server, root));
    const wrongs = [{ password: 'wrong one 1' }, { email: 'x@example.com' }, { backupCode: 'AAAA222E' }];
    for (const [i, wrong] of [...wrongs, ...wrongs].slice(0, 5).entries()) {
      refused(await verifyReset(server, { ...right, ...wrong }, { ip: sourceOf(i) }));
    }
    refused(await verifyReset(server, right, { ip: sourceOf(9) }));
    expect(await status(root, as)).toBe('ACTIVE');
    const second = await resetToken(server, root);
    expect((await verifyReset(server, { ...right, token: second }, { ip: sourceOf(9) })).status).toBe(200);
  });

  it('R40: no reset for 24 hours after the password was reset by mail', async () => {
    const { root } = await fresh();
    await resetPasswordByMail(server, root, newPassword);
    const changed = { ...root, password: newPassword };
    server.clock.now += day - 1;
    expect((await askReset(server, changed)).status).toBe(200);
    expect(await links(root)).toBe(0);
    const reasons = (await auditOf(server, root.operatorId, 'Operator:issueMFARevokingToken')).map((row) => row.reason);
    expect(reasons).toEqual(['hold after password reset']);
    server.clock.now += 1;
    await askReset(server, changed);
    expect(await links(root)).toBe(1);
  });

  it('R40: three mails in 24 hours for an account, and the first asked for in vain do not count', async () => {
    const { root } = await fresh();
    for (let i = 0; i < 4; i++) await askReset(server, { ...root, password: 'a wrong password' }, sourceOf(i));
    for (let i = 0; i < 5; i++) await askReset(server, root, sourceOf(10 + i));
    expect(await links(root)).toBe(3);
    server.clock.now += day - 1;
    await askReset(server, root);
    expect(await links(root)).toBe(3);
    server.clock.now += 1;
    await askReset(server, root);
    expect(await links(root)).toBe(4);
  });

  it('R40: twenty mails an hour for a source, over all accounts', async () => {
    const people: Root[] = [];
    while (people.length < 22) people.push((await fresh()).root);
    for (const root of people) await askReset(server, root, '203.0.113.77');
    const counts = [];
    for (const root of people) counts.push(await links(root));
    expect(counts.filter((count) => count === 1)).toHaveLength(20);
    server.clock.now += hour;
    const left = people[counts.indexOf(0)] as Root;
    await askReset(server, left, '203.0.113.77');
    expect(await links(left)).toBe(1);
  });

  it('R40: nothing is mailed when MFA is off or not confirmed', async () => {
    const root = await newRoot(server);
    await askReset(server, root);
    const as = await signIn(server, root);
    await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa`, { as });
    await askReset(server, root);
    expect(await links(root)).toBe(0);
  });

  it('R42: it signs nobody in, keeps the password, ends every session and tells every address', async () => {
    const { root, as } = await fresh();
    const second = await addAddress(server, root);
    const other = await signIn(server, root, otpAt(as.seed, server.clock.now));
    const hash = async () =>
      await server.ctx.db
        .selectFrom('users')
        .select('password_hash')
        .where('operator_id', '=', root.operatorId)
        .execute();
    const before = await hash();
    const answer = await verifyReset(server, proofOf(root, as, await resetToken(server, root)));
    expect([answer.status, answer.text, answer.headers['set-cookie']]).toEqual([200, '', undefined]);
    expect(answer.headers['warifu-receipt']).toBe('sessions=2, pending-sign-ins=0, links=0, backup-codes=5');
    expect(await hash()).toEqual(before);
    for (const dead of [as, other]) {
      expect((await call(server, 'GET', '/v1/auth/sessions', { as: dead })).status).toBe(401);
    }
    const told = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_reset_done');
    expect(told.map((mail) => mail.to).sort()).toEqual([root.email, second].sort());
    for (const { facts } of told) expect(facts.addresses).toEqual([root.email, second]);
    await signIn(server, root);
  });

  it('R42: another address is told at once, with a link that stops the reset', async () => {
    const { root, as } = await fresh();
    const second = await addAddress(server, root);
    const token = await resetToken(server, root);
    const mails = await mailsOf(server, root.operatorId);
    expect(mails.filter((mail) => mail.template === 'mfa_reset_link').map((mail) => mail.to)).toEqual([root.email]);
    const notices = mails.filter((mail) => mail.template === 'mfa_reset_requested');
    expect(notices.map((mail) => mail.to)).toEqual([second]);
    const cancel = new URL(notices[0]?.cancelLink ?? '');
    const body = { token: cancel.hash.slice(1) };
    canaries.add(body.token);
    expect([cancel.pathname, cancel.search, body.token.length]).toEqual(['/mfa/reset/cancel', '', 43]);
    const path = '/v1/operators/mfa_revoke_token/cancel';
    expect((await call(server, 'POST', path, { body })).status).toBe(200);
    refused(await verifyReset(server, proofOf(root, as, token)));
    expect(await status(root, as)).toBe('ACTIVE');
    const again = await call(server, 'POST', path, { body });
    expect([again.status, again.body.code]).toEqual([400, 'AUM0012']);
    const told = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_reset_cancelled');
    expect(told.map((mail) => mail.to).sort()).toEqual([root.email, second].sort());
  });

  it('R44: the token stands in the fragment, and no GET or HEAD of the link or the API changes anything', async () => {
    const { root, as } = await fresh();
    const token = await resetToken(server, root);
    const mail = (await mailsOf(server, root.operatorId)).find(({ template }) => template === 'mfa_reset_link');
    const link = new URL(mail?.link ?? '');
    expect([link.origin, link.pathname, link.search]).toEqual(['http://localhost:8787', '/mfa/reset/verify', '']);
    const before = await rowsOf(server, root.operatorId);
    const api = ['verify', 'cancel'].map((step) => `/v1/operators/mfa_revoke_token/${step}?token=${token}`);
    for (const path of [link.pathname, `${link.pathname}?token=${token}`, ...api]) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) await call(server, method, path);
    }
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
    expect((await verifyReset(server, proofOf(root, as, token))).status).toBe(200);
  });

  it('I1: of 64 verifications at one instant exactly one succeeds', { timeout: 300_000 }, async () => {
    for (const [round, count] of rounds(engine).entries()) {
      const { root, as } = await fresh();
      const token = await resetToken(server, root);
      const { email, password } = root;
      const answers = await par(count, (i) => {
        // All five codes: the link is spent once, whichever of them comes with it.
        const proof = { token, email, password, backupCode: as.backupCodes[i % 5] ?? '' };
        return verifyReset(server, proof, { ip: sourceOf(i) });
      });
      // A slow machine answers some of 64 at one instant with 503, which finishes nothing.
      const { '503 COM0503': busy = 0, ...judged } = tally(answers);
      expect([round, judged]).toEqual([round, { '200': 1, '400 MFA0010': count - 1 - busy }]);
      expect(successes(answers)[0]?.text).toBe('');
      server.clock.now += hour;
    }
  });
});
