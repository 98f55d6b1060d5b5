import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { finish, giveAddress, mfaOf, newHelper, newOffice, type Office, startByCode } from './support/assisted.ts';
import { type Answer, call, confirmed } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, canaries, mailedToken, mailsOf, newRoot, otpAt } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;
const said = ({ status, body }: Answer) => [status, body.code];
const wrong = [400, 'MFA0032'];

describe.each(engines)('R45: the assisted reset of a SAM user, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const stop = (office: Office, as: { apiKey: string; token: string }) => call(server, 'DELETE', office.path, { as });
  const secondPerson = async ({ root, as }: Office, secondPersonForResets: boolean) => {
    const others = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: false, escalationGuard: true };
    const path = `/v1/operators/${root.operatorId}/settings`;
    // From here on the helpers need two people beside themselves.
    const answer = await call(server, 'PUT', path, {
      as,
      body: { ...others, secondPersonForResets },
      headers: confirmed,
    });
    expect(answer.status).toBe(204);
  };
  const approve = (office: Office, as: { apiKey: string; token: string }, caseId: string) =>
    call(server, 'POST', `${office.path}/approval`, { as, body: { caseId } });

  it('by a code: started with a reason, finished with the own password, told, on record, and no session is left', async () => {
    const office = await newOffice(server);
    const { root, hana, helper } = office;
    const { answer, code, caseId } = await startByCode(server, office, helper);
    expect(answer.body).toMatchObject({
      handOver: 'code',
      awaitsApproval: false,
      dueAt: server.clock.now + 30 * minute,
    });
    expect(code).toMatch(/^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/);
    const shown = { kind: 'assisted', caseId, userName: 'hana', startedBy: 'helper', reason: 'phone lost' };
    expect((await mfaOf(server, office)).pendingReset).toMatchObject(shown);
    expect(JSON.stringify(await mfaOf(server, office))).not.toContain(code);
    const typed = ` ${code.toLowerCase().replace('-', ' – ')} `;
    const done = await finish(server, office, { code: typed });
    expect([done.status, done.headers['warifu-receipt']]).toEqual([
      200,
      'sessions=0, pending-sign-ins=0, links=0, backup-codes=0',
    ]);
    expect(await mfaOf(server, office)).toEqual({ status: 'INACTIVE' });
    expect(said(await finish(server, office, { code })), 'once').toEqual(wrong);
    await signInSam(server, hana);
    const mails = (await mailsOf(server, root.operatorId)).filter(({ template }) =>
      template.startsWith('sam_mfa_reset'),
    );
    expect(mails.map(({ template, to }) => [template, to])).toEqual([
      ['sam_mfa_reset_started', root.email],
      ['sam_mfa_reset_done', root.email],
    ]);
    expect(mails[0]?.facts).toMatchObject({ userName: 'hana', by: 'sam:helper', reason: 'phone lost' });
    const records = await auditOf(server, root.operatorId);
    const ofCase = records.filter(({ detail }) => detail.includes(caseId));
    expect(ofCase.map((row) => [row.api_kind, row.actor, row.target, row.outcome])).toEqual([
      ['User:startUserMFAReset', 'sam:helper', 'sam:hana', 'success'],
      ['User:finishUserMFAReset', 'anonymous', 'sam:hana', 'success'],
    ]);
  });

  it('by mail, when the user has an address: nobody is shown anything, and the link alone stops or finishes it', async () => {
    const office = await newOffice(server);
    const { root, helper, as } = office;
    await giveAddress(server, office, as, 'hana@example.net');
    const start = () => call(server, 'POST', office.path, { as: helper, body: { reason: 'phone lost' } });
    const started = await start();
    expect([started.status, started.body.handOver, started.body.code]).toEqual([201, 'mail', undefined]);
    const stopped = await mailedToken(server, root.operatorId, 'sam_mfa_reset_link');
    const cancel = (token: string) =>
      call(server, 'POST', '/v1/operators/mfa_revoke_token/cancel', { body: { token } });
    expect(said(await cancel(stopped))).toEqual([200, undefined]);
    expect(said(await finish(server, office, { token: stopped }))).toEqual(wrong);
    server.clock.now += 1000;
    await start();
    const token = await mailedToken(server, root.operatorId, 'sam_mfa_reset_link');
    const unknownPassword = await finish(server, office, { token, password: 'read in the mailbox only' });
    expect(said(unknownPassword), 'the mailbox alone').toEqual(wrong);
    expect((await finish(server, office, { token })).status).toBe(200);
    const mails = await mailsOf(server, root.operatorId);
    const own = mails.filter(({ to }) => to === 'hana@example.net').map(({ template }) => template);
    // Two of one instant come in any order.
    expect(own.slice(-4).sort()).toEqual([
      'sam_mfa_reset_done',
      'sam_mfa_reset_link',
      'sam_mfa_reset_started',
      'sam_mfa_reset_stopped',
    ]);
    const told = mails.find(({ to, template }) => to === 'hana@example.net' && template === 'sam_mfa_reset_done');
    expect(told?.facts).toMatchObject({ toUser: true, account: '' });
    expect(JSON.stringify(mails.filter(({ to }) => to === 'hana@example.net')), 'the root address').not.toContain(
      root.email,
    );
  });

  it('refuses a start: alone, without MFA, for oneself, of what is not there', async () => {
    const office = await newOffice(server);
    const { root, as, helper } = office;
    const body = { reason: 'phone lost' };
    const start = (path: string, who: { apiKey: string; token: string }, more = {}) =>
      call(server, 'POST', `${userPath(root, path)}/mfa/reset`, { as: who, body: { ...body, ...more } });
    expect(said(await start('helper', helper)), 'oneself').toEqual([403, 'MFA0031']);
    expect(said(await start('nobody', helper))).toEqual([404, 'COM0404']);
    expect(said(await start('hana', helper, { handOver: 'mail' }))).toEqual([400, 'MFA0034']);
    expect(said(await start('hana', helper, { reason: '' }))).toEqual([400, 'COM0001']);
    const stranger = await signInSam(server, await newSam(server, root, as, 'stranger'));
    expect(said(await start('hana', stranger))).toEqual([403, 'AUM0017']);
    const plain = await newSam(server, root, as, 'plain', allow(['User:*']));
    expect(said(await start('hana', await signInSam(server, plain))), 'without MFA').toEqual([403, 'MFA0030']);
    expect(said(await start('plain', helper)), 'nothing to reset').toEqual([400, 'MFA0005']);
    await call(server, 'POST', `${userPath(root, 'plain')}/mfa`, { as });
    expect(said(await start('plain', helper)), 'half-enrolled').toEqual([400, 'MFA0005']);
    expect(said(await start('hana', await signInSam(server, plain))), 'itself half-enrolled').toEqual([403, 'MFA0030']);
    server.clock.now += 16 * minute;
    expect(said(await start('hana', helper)), 'an old proof').toEqual([403, 'MFA0004']);
    const other = await newOffice(server);
    expect(said(await start('hana', other.as)), 'another operator').toEqual([404, 'COM0404']);
    const root2 = await newRoot(server);
    const sent = await call(server, 'POST', '/v1/auth', { body: { email: root2.email, password: root2.password } });
    const path = `/v1/operators/${root2.operatorId}/users/hana/mfa/reset`;
    expect(said(await call(server, 'POST', path, { as: credentialsOf(sent.body), body }))).toEqual([403, 'MFA0030']);
  });

  it('the starter alone is not enough: nobody starts it for a user whose password he set', async () => {
    const office = await newOffice(server);
    const { root, as } = office;
    const powers = allow(['User:*']);
    const helper = await newHelper(server, root, as, 'strong', powers);
    const start = () => call(server, 'POST', office.path, { as: helper, body: { reason: 'mine' } });
    const password = `${userPath(root, 'hana')}/password`;
    expect((await call(server, 'DELETE', password, { as: helper })).status).toBe(204);
    expect(said(await start())).toEqual([400, 'MFA0035']);
    const chosen = 'a password that the helper chose';
    canaries.add(chosen);
    const given = await call(server, 'POST', password, { as: helper, body: { password: chosen } });
    expect(said(given)).toEqual([201, undefined]);
    expect(said(await start())).toEqual([403, 'MFA0033']);
    const { code } = await startByCode(server, office, office.helper);
    expect(said(await finish(server, office, { code, password: 'a guess of the helper' })), 'only the code').toEqual(
      wrong,
    );
    // Nor is it the second person.
    await secondPerson(office, true);
    const { caseId } = await startByCode(server, office, office.helper);
    expect(said(await approve(office, helper, caseId))).toEqual([403, 'MFA0033']);
    expect(said(await approve(office, office.second, caseId))).toEqual([204, undefined]);
  });

  const borrowed: Record<string, (office: Office) => Promise<{ apiKey: string; token: string }>> = {
    'an AuthKey': async ({ root, as }) => {
      const made = await call(server, 'POST', `${userPath(root, 'helper')}/auth_keys`, { as });
      const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
      canaries.add(authKey);
      return credentialsOf((await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } })).body);
    },
    'a switch': async ({ root, as, helper }) => {
      const soracom = [`srn:soracom:${root.operatorId}::User:helper`];
      const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
      await call(server, 'PUT', `${userPath(root, 'second')}/trust_policy`, { as, body: { trustPolicy } });
      const body = { operatorId: root.operatorId, userName: 'second' };
      return credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as: helper, body })).body);
    },
  };
  it.each(Object.keys(borrowed))('a session of %s starts, approves and stops nothing', async (name) => {
    const office = await newOffice(server);
    await secondPerson(office, true);
    const session = await borrowed[name]?.(office);
    if (!session) throw new Error(name);
    const { caseId } = await startByCode(server, office, office.helper);
    expect(said((await startByCode(server, office, session)).answer)).toEqual([403, 'AUM0015']);
    expect(said(await approve(office, session, caseId))).toEqual([403, 'AUM0015']);
    expect(said(await stop(office, session))).toEqual([403, 'AUM0015']);
    expect(said(await approve(office, office.second, caseId))).toEqual([204, undefined]);
  });

  it('a second person: neither the starter nor the user, asked for that very case; nothing before it', async () => {
    const office = await newOffice(server);
    const { root, as, helper, second } = office;
    await secondPerson(office, true);
    const first = await startByCode(server, office, helper);
    expect(first.answer.body).toMatchObject({ awaitsApproval: true, dueAt: server.clock.now + 24 * 60 * minute });
    expect(said(await finish(server, office, { code: first.code })), 'not approved').toEqual(wrong);
    expect(said(await approve(office, helper, first.caseId)), 'approver = starter').toEqual([403, 'MFA0031']);
    const again = await startByCode(server, office, helper);
    expect(said(await approve(office, second, first.caseId)), 'one that was replaced').toEqual([404, 'COM0404']);
    expect(said(await approve(office, second, again.caseId))).toEqual([204, undefined]);
    expect(said(await approve(office, as, again.caseId)), 'once').toEqual([404, 'COM0404']);
    expect((await mfaOf(server, office)).pendingReset).toMatchObject({
      awaitsApproval: false,
      approvedBy: 'second',
      dueAt: server.clock.now + 30 * minute,
    });
    expect(said(await finish(server, office, { code: first.code }))).toEqual(wrong);
    expect((await finish(server, office, { code: again.code })).status).toBe(200);
    const templates = (await mailsOf(server, root.operatorId)).map(({ template }) => template);
    expect(templates.filter((one) => one === 'sam_mfa_reset_approved')).toHaveLength(1);
  });

  it('the user itself approves nothing, though it may approve and has MFA', async () => {
    const office = await newOffice(server);
    const { root, as, helper } = office;
    await secondPerson(office, true);
    const seed = await newHana(office);
    const permission = allow(['User:approveUserMFAReset']);
    await call(server, 'PUT', `${userPath(root, 'hana')}/permission`, { as, body: { permission } });
    const { caseId } = await startByCode(server, office, helper);
    const hana = await signInSam(server, office.hana, otpAt(seed, server.clock.now));
    expect(said(await approve(office, hana, caseId))).toEqual([403, 'MFA0031']);
  });

  it('a second person, by mail: the link leaves with the approval; turned on later it holds for what is open', async () => {
    const office = await newOffice(server);
    const { root, as, helper, second } = office;
    await giveAddress(server, office, as, 'hana@example.net');
    const open = await startByCode(server, office, helper);
    await secondPerson(office, true);
    expect(said(await finish(server, office, { code: open.code }))).toEqual(wrong);
    const started = await call(server, 'POST', office.path, { as: helper, body: { reason: 'phone lost' } });
    expect(await mailedToken(server, root.operatorId, 'sam_mfa_reset_link')).toBe('');
    expect(said(await approve(office, second, String(started.body.caseId)))).toEqual([204, undefined]);
    const token = await mailedToken(server, root.operatorId, 'sam_mfa_reset_link');
    expect((await finish(server, office, { token })).status).toBe(200);
  });

  it('is stopped by the root user, its starter, the user and the link of the notice, and by nobody else', async () => {
    const office = await newOffice(server);
    const { root, as, helper, second, hana } = office;
    const seed = await newHana(office);
    const session = await signInSam(server, hana, otpAt(seed, server.clock.now));
    for (const [name, who] of Object.entries({ root: as, starter: helper, user: session })) {
      const { code } = await startByCode(server, office, helper);
      expect(said(await stop(office, second)), 'who has nothing to do with it').toEqual([404, 'COM0404']);
      expect([name, ...said(await stop(office, who))]).toEqual([name, 204, undefined]);
      expect([name, ...said(await stop(office, who))]).toEqual([name, 404, 'COM0404']);
      expect([name, ...said(await finish(server, office, { code }))]).toEqual([name, ...wrong]);
    }
    server.clock.now += 1000;
    const { code } = await startByCode(server, office, helper);
    const notice = (await mailsOf(server, root.operatorId)).filter(({ cancelLink }) => cancelLink).at(-1);
    const token = new URL(notice?.cancelLink ?? 'http://none/').hash.slice(1);
    const cancel = () => call(server, 'POST', '/v1/operators/mfa_revoke_token/cancel', { body: { token } });
    expect(said(await cancel())).toEqual([200, undefined]);
    expect(said(await cancel())).toEqual([400, 'AUM0012']);
    expect(said(await finish(server, office, { code }))).toEqual(wrong);
    expect((await mfaOf(server, office)).status).toBe('ACTIVE');
  });

  const newHana = async ({ root, as }: Office) => {
    await call(server, 'DELETE', `${userPath(root, 'hana')}/mfa`, { as });
    return await enrolSam(server, root, as, 'hana');
  };
  const voids: Record<string, (office: Office) => Promise<unknown>> = {
    'its time': async () => {
      server.clock.now += 30 * minute;
    },
    'a change of the password': ({ root, as, hana }) => {
      const body = { currentPassword: hana.password, newPassword: hana.password };
      return call(server, 'PUT', `${userPath(root, 'hana')}/password`, { as, body });
    },
    'a new enrolment': newHana,
    'flow C': ({ root, as }) => call(server, 'DELETE', `${userPath(root, 'hana')}/mfa`, { as }),
    'a change of the permissions of its starter': ({ root, as }) =>
      call(server, 'DELETE', `${userPath(root, 'helper')}/permission`, { as }),
    'a role of its starter': async ({ root, as }) => {
      const roles = `/v1/operators/${root.operatorId}/roles/denied`;
      const permission = allow(['Role:listRoles']);
      await call(server, 'POST', roles, { as, body: { description: '', permission } });
      const path = `${userPath(root, 'helper')}/roles`;
      expect((await call(server, 'POST', path, { as, body: { roleId: 'denied' } })).status).toBeLessThan(300);
    },
    'a deletion of its starter': ({ root, as }) => call(server, 'DELETE', userPath(root, 'helper'), { as }),
    'a new password of its starter': ({ root, as }) =>
      call(server, 'DELETE', `${userPath(root, 'helper')}/password`, { as }),
    'another start': (office) => startByCode(server, office, office.second),
    'a deletion of the user, and another of that name': async ({ root, as }) => {
      await call(server, 'DELETE', userPath(root, 'hana'), { as });
      await newSam(server, root, as, 'hana');
      await enrolSam(server, root, as, 'hana');
    },
  };
  it.each(Object.keys(voids))('a reset is void after %s', async (name) => {
    const office = await newOffice(server);
    const { code } = await startByCode(server, office, office.helper);
    const before = (await mfaOf(server, office)).pendingReset;
    expect(before).toMatchObject({ kind: 'assisted' });
    await voids[name]?.(office);
    expect((await mfaOf(server, office)).pendingReset ?? {}).not.toMatchObject({ startedBy: 'helper' });
    expect(said(await finish(server, office, { code }))).toEqual(wrong);
    if (name !== 'flow C') expect((await mfaOf(server, office)).status).toBe('ACTIVE');
  });
});
