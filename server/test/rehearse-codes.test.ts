import { checkSymbol, codeSymbols } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { resetToken, verifyReset } from './support/recovery.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

/** Whole codes that nobody was given. */
const wrongCode = (i: number) => {
  const seven = `AAAAAA${codeSymbols.charAt(i)}`;
  return seven + checkSymbol(seven);
};
const said = ({ status, body }: Answer) => [status, body.code];

describe.each(engines)('rehearsing a backup code on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const fresh = async () => {
    const root = await newRoot(server);
    return { root, as: await enrol(server, root) };
  };
  const pathOf = ({ operatorId }: Root) => `/v1/operators/${operatorId}/mfa/backup_codes/rehearsal`;
  const rehearse = (root: Root, as: Credentials, backupCode: string) =>
    call(server, 'POST', pathOf(root), { as, body: { backupCode } });
  const again = async (root: Root, { seed }: Enrolled) => {
    server.clock.now += 30_000;
    return await signIn(server, root, otpAt(seed, server.clock.now));
  };
  const setOf = ({ operatorId }: Root) =>
    server.ctx.db
      .selectFrom('backup_code_sets')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .executeTakeFirstOrThrow();

  it('R27: a right one is told so, as often as one likes, and still resets', async () => {
    const { root, as } = await fresh();
    const before = await setOf(root);
    const [first = '', second = ''] = as.backupCodes;
    const typed = ` ${first.slice(0, 4).toLowerCase()} – ${first.slice(4)}`;
    for (const code of [typed, first, second]) {
      expect([(await rehearse(root, as, code)).status, await setOf(root)]).toEqual([200, before]);
    }
    const tries = await call(server, 'GET', `/v1/operators/${root.operatorId}/mfa/backup_codes/tries`, { as });
    expect(JSON.parse(tries.text)).toMatchObject([1, 2, 3].map(() => ({ outcome: 'rehearsed', setNumber: 1 })));
    const records = await auditOf(server, root.operatorId, 'Operator:rehearseBackupCode');
    expect(records.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success']);
    const token = await resetToken(server, root);
    const done = await verifyReset(server, { token, email: root.email, password: root.password, backupCode: first });
    expect(done.status).toBe(200);
  });

  it('R30: it is no second place to guess at: wrong ones freeze the set together with those of a reset', async () => {
    const { root, as } = await fresh();
    const [code = ''] = as.backupCodes;
    const token = await resetToken(server, root);
    const { email, password } = root;
    const guess = await verifyReset(server, { token, email, password, backupCode: wrongCode(0) });
    expect([guess.body.code, (await setOf(root)).wrong_guesses]).toEqual(['MFA0010', 1]);
    let session: Credentials = as;
    for (let i = 1; i < 20; i++) {
      // A session bears five wrong ones.
      if (i % 4 === 0) session = await again(root, as);
      expect(said(await rehearse(root, session, wrongCode(i)))).toEqual([400, 'MFA0036']);
    }
    expect(await setOf(root)).toMatchObject({ wrong_guesses: 20, frozen_at: expect.any(Number) });
    server.clock.now += 3_600_000;
    expect(said(await rehearse(root, await again(root, as), code))).toEqual([400, 'MFA0011']);
    const mails = await mailsOf(server, root.operatorId);
    expect(mails.filter(({ template }) => template === 'backup_codes_frozen')).toHaveLength(1);
  });

  it('a typing mistake counts nothing and says so; the fifth wrong one ends the session', async () => {
    const { root, as } = await fresh();
    const [code = ''] = as.backupCodes;
    const other = code.startsWith('A') ? 'B' : 'A';
    for (const typed of [other + code.slice(1), 'ABC', '0'.repeat(8)]) {
      const answer = await rehearse(root, as, typed);
      expect([...said(answer), answer.body.field]).toEqual([400, 'MFA0036', 'backupCode']);
    }
    expect((await setOf(root)).wrong_guesses).toBe(0);
    for (let i = 0; i < 5; i++) expect(said(await rehearse(root, as, wrongCode(i)))).toEqual([400, 'MFA0036']);
    expect((await rehearse(root, as, code)).status).toBe(401);
    expect((await setOf(root)).wrong_guesses).toBe(5);
  });

  it('many at once: what is over the limit of the set is not looked at', async () => {
    const { root, as } = await fresh();
    await server.ctx.db
      .updateTable('backup_code_sets')
      .set({ wrong_guesses: 19 })
      .where('operator_id', '=', root.operatorId)
      .execute();
    const guesses = Array.from({ length: 8 }, (_, i) => rehearse(root, as, wrongCode(i)));
    const right = rehearse(root, as, as.backupCodes[0] ?? '');
    const codes = (await Promise.all(guesses)).map(({ body }) => body.code);
    await right;
    expect(codes.filter((code) => code === 'MFA0036')).toHaveLength(1);
    expect((await setOf(root)).wrong_guesses).toBe(20);
  });

  it('is for the root user alone, as a person who was there a moment ago', async () => {
    const { root, as } = await fresh();
    const [code = ''] = as.backupCodes;
    const sam = await newSam(server, root, as, 'hana', allow(['*']));
    expect((await rehearse(root, await signInSam(server, sam), code)).body.code).toBe('AUM0016');
    const stranger = await fresh();
    expect((await rehearse(root, stranger.as, code)).status).toBe(404);
    expect(said(await rehearse(stranger.root, stranger.as, code))).toEqual([400, 'MFA0036']);
    const key = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    const { authKeyId, authKey } = key.body;
    const program = await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } });
    const lent = { apiKey: String(program.body.apiKey), token: String(program.body.token) };
    expect((await rehearse(root, lent, code)).body.code).toBe('AUM0015');
    const none = await newRoot(server);
    expect(said(await rehearse(none, await signIn(server, none), code))).toEqual([400, 'MFA0005']);
    server.clock.now += 15 * 60_000;
    expect((await rehearse(root, as, code)).body.code).toBe('MFA0004');
    expect((await setOf(root)).wrong_guesses).toBe(0);
  });
});
