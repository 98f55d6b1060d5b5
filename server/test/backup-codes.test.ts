import { checkSymbol, codeSymbols } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newBrowser } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import {
  auditOf,
  begin,
  canaries,
  type Enrolled,
  enrol,
  mailedToken,
  mailsOf,
  newRoot,
  otpAt,
  type Root,
  signIn,
  wrongOtp,
} from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;

/** Whole codes that nobody was given. */
const wrongCode = (i: number) => {
  const seven = `AAAAAA${codeSymbols.charAt(i)}`;
  return seven + checkSymbol(seven);
};

describe.each(engines)('backup codes on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const mfa = (root: Root) => `/v1/operators/${root.operatorId}/mfa`;
  const status = async (root: Root, as: Enrolled) => (await call(server, 'GET', mfa(root), { as })).body;
  const issue = async ({ operatorId, email, password }: Root) => {
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: { email, password } });
    return await mailedToken(server, operatorId, 'mfa_reset_link');
  };
  const verify = ({ email, password }: Root, token: string, backupCode: string) =>
    call(server, 'POST', '/v1/operators/mfa_revoke_token/verify', { body: { token, email, password, backupCode } });
  const renew = (root: Root, as: Enrolled, mfaOTPCode: string) =>
    call(server, 'POST', `${mfa(root)}/backup_codes`, { as, body: { mfaOTPCode } });
  const setOf = (root: Root) =>
    server.ctx.db
      .selectFrom('backup_code_sets')
      .selectAll()
      .where('operator_id', '=', root.operatorId)
      .executeTakeFirst();
  const fresh = async () => {
    const root = await newRoot(server);
    return { root, as: await enrol(server, root) };
  };

  it('R25, R26: five of eight characters are shown once, by the confirmation alone', async () => {
    const { root, as } = await fresh();
    expect(as.backupCodes).toHaveLength(5);
    for (const code of as.backupCodes) expect(code).toMatch(/^[2-9A-HJKMNP-Z]{8}$/);
    const again = await call(server, 'POST', `${mfa(root)}/verify`, {
      as,
      body: { mfaOTPCode: otpAt(as.seed, server.clock.now) },
    });
    expect([again.status, again.body.code]).toEqual([400, 'MFA0003']);
    const shown = JSON.stringify(await status(root, as)) + again.text;
    for (const secret of [...as.backupCodes, as.seed]) expect(shown).not.toContain(secret);
  });

  it('R28: a backup code opens nothing but the reset', async () => {
    const { root, as } = await fresh();
    const { email, password } = root;
    const code = as.backupCodes[0] ?? '';
    const browser = newBrowser(server);
    await browser.call('POST', '/v1/console/sign_in', { body: { email, password } });
    const tries = [
      await call(server, 'POST', '/v1/auth', { body: { email, password, mfaOTPCode: code } }),
      await call(server, 'POST', '/v1/auth', { body: { email, password: code } }),
      await browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode: code } }),
      await call(server, 'POST', '/v1/auth/step_up', { as, body: { password, mfaOTPCode: code } }),
      await call(server, 'DELETE', mfa(root), { as, body: { password: code } }),
      await call(server, 'DELETE', mfa(root), { as, body: { backupCode: code } }),
      await renew(root, as, code),
      await call(server, 'POST', `${mfa(root)}/verify`, { as, body: { mfaOTPCode: code } }),
    ];
    expect(tries.map((answer) => answer.status)).toEqual([400, 401, 400, 400, 400, 400, 400, 400]);
    expect((await status(root, as)).status).toBe('ACTIVE');
    expect((await setOf(root))?.wrong_guesses).toBe(0);
    expect((await verify(root, await issue(root), code)).status).toBe(200);
  });

  it('R27: each code resets once, any of the five, in any order', async () => {
    for (const place of [4, 0]) {
      const { root, as } = await fresh();
      const code = as.backupCodes[place] ?? '';
      expect((await verify(root, await issue(root), code)).status).toBe(200);
      expect(await setOf(root)).toBeUndefined();
    }
  });

  it('R27: no code of an earlier enrolment works, used or not', async () => {
    const { root, as } = await fresh();
    await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } });
    const again = await enrol(server, root);
    const token = await issue(root);
    for (const old of as.backupCodes.slice(0, 3)) {
      expect((await verify(root, token, old)).body.code).toBe('MFA0010');
    }
    expect((await status(root, again)).status).toBe('ACTIVE');
    expect((await verify(root, token, again.backupCodes[0] ?? '')).status).toBe(200);
  });

  it('R29: a current code of the authenticator makes new ones, a password does not; the old set dies', async () => {
    const { root, as } = await fresh();
    const byPassword = await call(server, 'POST', `${mfa(root)}/backup_codes`, {
      as,
      body: { password: root.password },
    });
    expect([byPassword.status, byPassword.body.code]).toEqual([400, 'COM0001']);
    const byNothing = await call(server, 'POST', `${mfa(root)}/backup_codes`, { as });
    expect([byNothing.status, byNothing.body.code]).toEqual([401, 'MFA0001']);
    const wrong = await renew(root, as, wrongOtp(as.seed, server.clock.now));
    expect([wrong.status, wrong.body.code]).toEqual([400, 'MFA0007']);
    const before = await setOf(root);
    const answer = await renew(root, as, otpAt(as.seed, server.clock.now));
    const codes = answer.body.backupCodes as string[];
    for (const code of codes) canaries.add(code);
    expect([answer.status, codes.length, codes.some((code) => as.backupCodes.includes(code))]).toEqual([200, 5, false]);
    expect((await setOf(root))?.set_id).not.toBe(before?.set_id);
    const notices = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'backup_codes_renewed');
    expect(notices).toHaveLength(1);
    const token = await issue(root);
    expect((await verify(root, token, as.backupCodes[0] ?? '')).body.code).toBe('MFA0010');
    expect((await verify(root, token, codes[0] ?? '')).status).toBe(200);
  });

  it('R29: without active MFA there are none to renew', async () => {
    const root = await newRoot(server);
    const as = { ...(await signIn(server, root)), seed: '', backupCodes: [] };
    expect((await renew(root, as, '123456')).body.code).toBe('MFA0005');
    const seed = await begin(server, root, as);
    expect((await renew(root, as, otpAt(seed, server.clock.now))).body.code).toBe('MFA0005');
    expect(await setOf(root)).toBeUndefined();
  });

  it('R30: 20 wrong codes over several links freeze the set; only a new enrolment brings one back', async () => {
    const { root, as } = await fresh();
    const token = { value: '' };
    for (let i = 0; i < 20; i++) {
      // A link bears five failures, an account three links a day.
      if (i % 5 === 0) {
        server.clock.now += day;
        token.value = await issue(root);
      }
      expect((await setOf(root))?.frozen_at).toBeNull();
      expect((await verify(root, token.value, wrongCode(i))).body.code).toBe('MFA0010');
    }
    expect(await setOf(root)).toMatchObject({ wrong_guesses: 20, frozen_at: server.clock.now });
    const templates = async () => (await mailsOf(server, root.operatorId)).map((mail) => mail.template);
    expect((await templates()).filter((template) => template === 'backup_codes_frozen')).toHaveLength(1);
    server.clock.now += day;
    const links = (await templates()).filter((template) => template === 'mfa_reset_link').length;
    await issue(root);
    expect((await templates()).filter((template) => template === 'mfa_reset_link')).toHaveLength(links);
    const signedIn = { ...as, ...(await signIn(server, root, otpAt(as.seed, server.clock.now))) };
    const described = await status(root, signedIn);
    expect(described).toMatchObject({ status: 'ACTIVE', backupCodes: { frozenAt: expect.any(Number) } });
    server.clock.now += 30_000;
    // Not even a current code replaces a frozen set: the one who guessed may hold the authenticator's phone.
    const renewed = await renew(root, signedIn, otpAt(as.seed, server.clock.now));
    expect([renewed.status, renewed.body.code]).toEqual([400, 'MFA0011']);
    await call(server, 'DELETE', mfa(root), { as: signedIn, body: { password: root.password } });
    const again = await enrol(server, root);
    expect((await verify(root, await issue(root), again.backupCodes[0] ?? '')).status).toBe(200);
  });

  it('R30: a link that was mailed before the set froze does not open it', async () => {
    const { root, as } = await fresh();
    await server.ctx.db
      .updateTable('backup_code_sets')
      .set({ wrong_guesses: 19 })
      .where('operator_id', '=', root.operatorId)
      .execute();
    const token = await issue(root);
    expect((await verify(root, token, 'AAAA222E')).status).toBe(400);
    expect((await verify(root, token, as.backupCodes[0] ?? '')).body.code).toBe('MFA0010');
    expect((await status(root, as)).status).toBe('ACTIVE');
    const reasons = (await auditOf(server, root.operatorId, 'Operator:verifyMFARevokingToken')).map(
      (row) => row.reason,
    );
    expect(reasons).toEqual(['wrong backup code, set frozen', 'wrong link']);
  });

  it('R31: takes a code as a person types it; what cannot be one is not counted on the set', async () => {
    const { root, as } = await fresh();
    const token = await issue(root);
    for (const typed of ['0000000O', 'ABC', 'ABCD-2345-6', '']) {
      expect((await verify(root, token, typed)).body.code).toMatch(/MFA0010|COM0001/);
    }
    expect((await setOf(root))?.wrong_guesses).toBe(0);
    const code = as.backupCodes[1] ?? '';
    const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    expect((await verify(root, token, typed)).status).toBe(200);
  });

  it('R31: a typing mistake is told, whatever else is right or wrong, and spends nothing', async () => {
    const { root, as } = await fresh();
    const token = await issue(root);
    const [code = ''] = as.backupCodes;
    const slips = [code.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')), `${code.slice(0, 7)}`, `${code}2`];
    const [a = '', b = '', ...rest] = code;
    if (a !== b) slips.push([b, a, ...rest].join(''));
    const proofs = [root, { ...root, password: 'a wrong password' }, { ...root, email: 'ghost@example.com' }];
    const seen = new Set<string>();
    for (const typed of slips) {
      for (const proof of proofs) {
        for (const link of [token, 'A'.repeat(43)]) {
          const { status: answered, body } = await verify(proof, link, typed);
          seen.add(JSON.stringify([answered, { ...body, requestId: '' }]));
        }
      }
    }
    expect(seen.size).toBe(1);
    expect([...seen][0]).toContain('"field":"backupCode"');
    expect([...seen][0]).toContain('typing mistake');
    // Neither the set nor the link nor the account counted anything, and no record says that anybody was here.
    expect((await setOf(root))?.wrong_guesses).toBe(0);
    const links = server.ctx.db.selectFrom('mail_tokens').select('failures').where('operator_id', '=', root.operatorId);
    expect((await links.execute()).every(({ failures }) => failures === 0)).toBe(true);
    expect(await auditOf(server, root.operatorId, 'Operator:verifyMFARevokingToken')).toEqual([]);
    expect((await verify(root, token, code)).status).toBe(200);
  });

  it('R31: one source tells so many mistyped codes apart, and no more', async () => {
    const { root } = await fresh();
    const body = { token: 't', email: root.email, password: root.password, backupCode: 'ABCD2345' };
    const answers = [];
    for (let i = 0; i < 61; i++) {
      const path = '/v1/operators/mfa_revoke_token/verify';
      answers.push(await call(server, 'POST', path, { body, ip: '198.51.100.77' }));
    }
    expect(answers.map(({ body: { code } }) => code)).toEqual([...Array(60).fill('MFA0010'), 'COM0429']);
  });

  it('tells sets apart: a number that goes on, and a mark that is made of no code', async () => {
    const { root, as } = await fresh();
    const codesOf = async (who: Enrolled) => (await status(root, who)).backupCodes as Record<string, unknown>;
    const first = await codesOf(as);
    expect(first).toEqual({ number: 1, mark: expect.any(String), createdAt: expect.any(Number), triesLeft: 20 });
    expect(first['mark']).toMatch(new RegExp(`^[${codeSymbols}]{4}$`));
    const { backupCodes, backupCodeSet } = (await renew(root, as, otpAt(as.seed, server.clock.now))).body;
    for (const code of backupCodes as string[]) canaries.add(code);
    expect(backupCodeSet).toMatchObject({ number: 2, createdAt: server.clock.now });
    expect(await codesOf(as)).toEqual({ ...(backupCodeSet as object), triesLeft: 20 });
    // A sheet of an earlier enrolment has a number that no later one has.
    await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } });
    const again = await enrol(server, root);
    expect((await codesOf(again))['number']).toBe(3);
  });

  it('lists when and from where codes were used and tried; for the root user only', async () => {
    const { root, as } = await fresh();
    const tries = async (who: Credentials) => await call(server, 'GET', `${mfa(root)}/backup_codes/tries`, { as: who });
    expect((await tries(as)).body).toEqual([]);
    const token = await issue(root);
    await verify({ ...root, password: 'a wrong password' }, token, wrongCode(0));
    await verify(root, token, wrongCode(1));
    const at = server.clock.now;
    expect(await status(root, as)).toMatchObject({ backupCodes: { triesLeft: 19 } });
    server.clock.now += 1000;
    await verify(root, token, as.backupCodes[0] ?? '');
    const owner = await signIn(server, root);
    const known = { setNumber: 1, sourceIp: expect.any(String), userAgent: expect.any(String) };
    expect((await tries(owner)).body).toEqual([
      { at: server.clock.now, outcome: 'used', ...known },
      { at, outcome: 'wrong', ...known },
    ]);
    const other = await newRoot(server);
    expect((await tries(await signIn(server, other))).status).toBe(404);
    server.clock.now += 91 * day;
    expect((await tries(await signIn(server, root))).body).toEqual([]);
  });

  it('marks the codes as put away, once, without showing them', async () => {
    const { root, as } = await fresh();
    const stored = `${mfa(root)}/backup_codes/stored`;
    const first = await call(server, 'POST', stored, { as });
    expect([first.status, first.text]).toEqual([204, '']);
    const at = server.clock.now;
    server.clock.now += 1000;
    await call(server, 'POST', stored, { as });
    expect(await status(root, as)).toMatchObject({ backupCodes: { storedAt: at } });
    await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } });
    expect((await call(server, 'POST', stored, { as })).body.code).toBe('MFA0005');
  });
});
