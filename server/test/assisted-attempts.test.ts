import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { finish, giveAddress, mfaOf, newHelper, newOffice, type Office, startByCode } from './support/assisted.ts';
import { type Answer, call, confirmed } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, mailedToken, mailsOf } from './support/people.ts';
import { par, raceEnd, sourceOf, tally } from './support/race.ts';
import { allow, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const said = ({ status, body }: Answer) => [status, body.code];
const wrong = [400, 'MFA0032'];
const notIt = '22222-22222';

describe.each(engines)('attempts at an assisted reset, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  let office: Office;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    second = await joinTestServer(server);
    office = await newOffice(server);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });
  // A slow machine answers some of 64 at one instant with 503, which changes nothing.
  afterEach(async () => {
    // I4 looks for the addresses of mails among those that are there; some are told last that they are not any more.
    await server.ctx.db.deleteFrom('outbox').where('recipient', 'like', '%@example.net').execute();
    await checkInvariants(server, [503]);
  });

  const again = async () => {
    server.clock.now += 25 * 3_600_000;
    await signInAnew();
    if ((await mfaOf(server, office)).status !== 'ACTIVE') await enrolSam(server, office.root, office.as, 'hana');
  };
  /** A day later sessions are over, and budgets are full again. */
  const signInAnew = async () => {
    office = await newOffice(server);
  };

  it('answers one thing to whoever knows too little, and says why in the record', async () => {
    const { root, hana } = office;
    expect(said(await finish(server, office, { code: notIt })), 'no case').toEqual(wrong);
    const { code } = await startByCode(server, office, office.helper);
    const attempts: Record<string, Parameters<typeof finish>[2]> = {
      'an unknown operator': { operatorId: 'OP0000000000', code },
      'an unknown user': { userName: 'nobody', code },
      'the root user': { userName: 'root', code },
      'a wrong password': { password: 'a wrong one', code: notIt },
      'a wrong code': { code: notIt },
      'a code that is none': { code: 'O0O0O' },
      'a token of nothing': { token: 'nothing' },
      neither: {},
    };
    const answers = new Set<string>();
    for (const [name, proof] of Object.entries(attempts)) {
      const { status, body } = await finish(server, office, proof, { ip: sourceOf(answers.size) });
      expect([name, status, body.code]).toEqual([name, ...wrong]);
      answers.add(JSON.stringify([status, body.code, body.message]));
    }
    expect(answers.size).toBe(1);
    const records = await auditOf(server, root.operatorId, 'User:finishUserMFAReset');
    expect(records.map(({ reason }) => reason)).toEqual([
      'no reset is open',
      'wrong credentials',
      'wrong code',
      'not a code',
      'wrong code',
      'not a code',
    ]);
    expect(records.every(({ detail }) => !detail.includes(code))).toBe(true);
    expect(said(await finish(server, office, { code, userName: hana.userName.toUpperCase() }))).toEqual([
      200,
      undefined,
    ]);
  });

  it('five tries of the password’s owner end it, five without the password do not, and the owner is told', async () => {
    await again();
    const { code } = await startByCode(server, office, office.helper);
    for (let i = 0; i < 8; i++) {
      const proof = { password: 'a wrong one', code: notIt };
      expect(said(await finish(server, office, proof, { ip: sourceOf(i) }))).toEqual(wrong);
    }
    for (let i = 0; i < 4; i++) expect(said(await finish(server, office, { code: notIt }))).toEqual(wrong);
    expect((await mfaOf(server, office)).pendingReset).toMatchObject({ kind: 'assisted' });
    for (let i = 0; i < 3; i++) expect(said(await finish(server, office, { code: 'not a code' }))).toEqual(wrong);
    expect(said(await finish(server, office, { code: notIt }))).toEqual(wrong);
    expect((await mfaOf(server, office)).pendingReset).toBeUndefined();
    expect(said(await finish(server, office, { code }))).toEqual(wrong);
    const templates = (await mailsOf(server, office.root.operatorId)).map(({ template }) => template);
    expect(templates).toContain('sign_in_code_failed');
  });

  it('whoever has the link or the code, without the password, has five tries', async () => {
    await again();
    const { code } = await startByCode(server, office, office.helper);
    for (let i = 0; i < 5; i++) {
      expect(said(await finish(server, office, { password: `guess ${i}`, code }, { ip: sourceOf(i) }))).toEqual(wrong);
    }
    expect(said(await finish(server, office, { code }, { ip: sourceOf(9) }))).toEqual(wrong);
  });

  it('R43: a link dies with the address that it was mailed to, removed or replaced', async () => {
    const gone: Record<string, (email: string) => Promise<unknown>> = {
      removed: () =>
        call(server, 'DELETE', `${userPath(office.root, 'hana')}/email`, { as: office.as, headers: confirmed }),
      replaced: (email) => giveAddress(server, office, office.as, `new-${email}`),
    };
    for (const [name, go] of Object.entries(gone)) {
      await again();
      const { as, helper, root, path } = office;
      await giveAddress(server, office, as, `${name}@example.net`);
      const start = async () => {
        server.clock.now += 1000;
        await call(server, 'POST', path, { as: helper, body: { reason: 'phone lost', handOver: 'mail' } });
        return await mailedToken(server, root.operatorId, 'sam_mfa_reset_link');
      };
      const token = await start();
      await go(`${name}@example.net`);
      expect([name, ...said(await finish(server, office, { token }))]).toEqual([name, ...wrong]);
      expect((await mfaOf(server, office)).pendingReset).toBeUndefined();
      // The positive control: nothing of it happened, and one that was mailed to the address of now works.
      if (name === 'replaced') expect((await finish(server, office, { token: await start() })).status).toBe(200);
    }
  });

  it('R72: a reason is one line that says something, in record, case and mail', async () => {
    await again();
    const { as, helper, root, path } = office;
    const start = (reason: string, more = {}) =>
      call(server, 'POST', path, { as: helper, body: { reason, handOver: 'code' }, ...more });
    for (const blank of [' \n', '\u200b\u2060', '\u202e']) {
      const answer = await start(blank);
      expect([...said(answer), answer.body['field']]).toEqual([400, 'COM0001', 'reason']);
    }
    await start('phone \u202elost\r\nroot: approve this');
    const reason = 'phone lost root: approve this';
    expect((await mfaOf(server, office)).pendingReset).toMatchObject({ reason });
    const [record] = await auditOf(server, root.operatorId, 'User:startUserMFAReset');
    expect([record?.reason, (JSON.parse(record?.detail ?? '{}') as { reason: string }).reason]).toEqual([
      reason,
      reason,
    ]);
    const mails = (await mailsOf(server, root.operatorId)).filter(
      ({ template }) => template === 'sam_mfa_reset_started',
    );
    expect(mails.map(({ facts }) => facts['reason'])).toEqual([reason]);
    expect((await call(server, 'DELETE', path, { as })).status).toBe(204);
  });

  it('a code or a link of another user opens nothing', async () => {
    await again();
    const { root, as, helper } = office;
    const ken = await newSam(server, root, as, 'ken');
    await enrolSam(server, root, as, 'ken');
    const own = await startByCode(server, office, helper);
    const body = { reason: 'phone lost' };
    const ofKen = await call(server, 'POST', `${userPath(root, 'ken')}/mfa/reset`, { as: helper, body });
    expect(said(await finish(server, office, { code: String(ofKen.body.code) }))).toEqual(wrong);
    expect(said(await finish(server, office, { ...ken, code: own.code }))).toEqual(wrong);
    expect((await finish(server, office, { code: own.code })).status).toBe(200);
    expect((await finish(server, office, { ...ken, code: String(ofKen.body.code) })).status).toBe(200);
  });

  it('I1: of 64 that finish at one instant one does', { timeout: 300_000 }, async () => {
    await again();
    const { code } = await startByCode(server, office, office.helper);
    const answers = await par(64, (i) => finish(i % 2 === 0 ? server : second, office, { code }, { ip: sourceOf(i) }));
    expect(tally(answers)['200']).toBe(1);
    const done = (await auditOf(server, office.root.operatorId, 'User:finishUserMFAReset')).filter(
      ({ outcome }) => outcome === 'success',
    );
    expect(done).toHaveLength(1);
  });

  it('beside a stop either of them wins, never both', { timeout: 300_000 }, async () => {
    await again();
    const { code } = await startByCode(server, office, office.helper);
    const { ended, answers } = await raceEnd(
      16,
      (i) => finish(i % 2 === 0 ? server : second, office, { code }, { ip: sourceOf(i) }),
      () => call(second, 'DELETE', office.path, { as: office.helper }),
    );
    const finished = tally(answers)['200'] ?? 0;
    expect([finished, ended.status]).toEqual(finished === 1 ? [1, 404] : [0, 204]);
    expect((await mfaOf(server, office)).status).toBe(finished === 1 ? 'INACTIVE' : 'ACTIVE');
  });

  it('starts of one user are ten a day', async () => {
    await again();
    for (let i = 0; i < 10; i++) expect((await startByCode(server, office, office.helper)).answer.status).toBe(201);
    const { answer } = await startByCode(server, office, office.helper);
    expect([...said(answer), answer.headers['retry-after']]).toEqual([429, 'COM0429', '3600']);
  });

  describe('the address of a SAM user', () => {
    const path = ({ root }: Office) => `${userPath(root, 'hana')}/email`;
    const read = async () => (await call(server, 'GET', path(office), { as: office.as })).body;
    const set = (as: { apiKey: string; token: string }, email: string) =>
      call(server, 'PUT', path(office), { as, body: { email } });

    it('counts once its link was followed, takes the place of the one before, and each is told', async () => {
      await again();
      const { root, as } = office;
      expect((await set(as, 'hana@example.net')).status).toBe(202);
      expect(await read()).toEqual({ pendingEmail: 'hana@example.net' });
      await giveAddress(server, office, as, 'hana@example.net');
      expect(said(await set(as, 'hana@example.net'))).toEqual([400, 'AUM0003']);
      expect(said(await set(as, 'not an address'))).toEqual([400, 'COM0008']);
      const never = await set(as, 'never@example.net');
      expect(never.status).toBe(202);
      const dead = await mailedToken(server, root.operatorId, 'add_email_link');
      await giveAddress(server, office, as, 'new@example.net');
      const verify = await call(server, 'POST', '/v1/operators/add_email_token/verify', { body: { token: dead } });
      expect(said(verify)).toEqual([400, 'AUM0012']);
      expect(await read()).toEqual({ email: 'new@example.net' });
      const changed = (await mailsOf(server, root.operatorId)).filter(
        ({ template }) => template === 'sam_email_changed',
      );
      expect(changed.map(({ to }) => to).sort()).toEqual(
        [root.email, root.email, 'hana@example.net', 'hana@example.net', 'new@example.net'].sort(),
      );
      expect((await call(server, 'DELETE', path(office), { as, headers: confirmed })).status).toBe(204);
      expect(await read()).toEqual({});
      expect(said(await call(server, 'DELETE', path(office), { as }))).toEqual([404, 'COM0404']);
    });

    it('is no address of the operator: not listed, not to be made primary, deleted or told of the root user', async () => {
      const { root, as } = office;
      await giveAddress(server, office, as, 'listed@example.net');
      const own = `/v1/operators/${root.operatorId}`;
      const listed = (await call(server, 'GET', `${own}/emails`, { as })).body as unknown as { email: string }[];
      expect(listed.map(({ email }) => email)).toEqual([root.email]);
      const rows = server.ctx.db.selectFrom('emails').select('email_id').where('email', '=', 'listed@example.net');
      const { email_id } = await rows.where('operator_id', '=', root.operatorId).executeTakeFirstOrThrow();
      const body = { emailIdList: [email_id], password: root.password };
      const primary = await call(server, 'POST', `${own}/system_notifications/primary`, { as, body });
      expect(said(primary)).toEqual([400, 'AUM0037']);
      expect(said(await call(server, 'DELETE', `${own}/emails/${email_id}`, { as }))).toEqual([404, 'COM0404']);
      const before = (await mailsOf(server, root.operatorId)).length;
      expect((await call(server, 'POST', `${own}/auth_keys`, { as })).status).toBe(201);
      const told = (await mailsOf(server, root.operatorId)).slice(before);
      expect(told.filter(({ to }) => to === 'listed@example.net')).toEqual([]);
    });

    it('is set by the user itself, freshly proved, and by whoever may; not by a stronger guard’s target', async () => {
      await again();
      const { root, as, hana, helper } = office;
      await call(server, 'DELETE', `${userPath(root, 'hana')}/mfa`, { as });
      const own = await signInSam(server, hana);
      const setOwn = (email: string) => call(server, 'PUT', '/v1/console/email', { as: own, body: { email } });
      expect((await setOwn('mine@example.net')).status).toBe(202);
      const read = await call(server, 'GET', '/v1/console/email', { as: own });
      expect(read.body).toEqual({ pendingEmail: 'mine@example.net' });
      const ofRoot = await call(server, 'GET', '/v1/console/email', { as });
      expect(said(ofRoot), 'of the operator').toEqual([404, 'COM0404']);
      expect(said(await set(own, 'mine@example.net')), 'without a permission').toEqual([403, 'AUM0017']);
      expect(said(await set(helper, 'theirs@example.net'))).toEqual([403, 'AUM0017']);
      const editor = await newHelper(server, root, as, 'editor', allow(['User:updateUserEmail']));
      expect((await set(editor, 'by-editor@example.net')).status).toBe(202);
      const permission = allow(['*']);
      await call(server, 'PUT', `${userPath(root, 'hana')}/permission`, { as, body: { permission } });
      expect(said(await set(editor, 'again@example.net')), 'somebody stronger').toEqual([403, 'AUM0024']);
      server.clock.now += 16 * 60_000;
      expect(said(await setOwn('late@example.net')), 'an old proof').toEqual([403, 'MFA0004']);
    });
  });
});
