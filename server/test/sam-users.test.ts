import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, canaries, mailsOf, newRoot, otpAt, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, flowC, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('SAM users on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const user = userPath;

  it('R45, flow C by the root user: another user’s MFA goes off, its sessions end, the root user is told', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const alice = await newSam(server, root, as, 'alice');
    const seed = await enrolSam(server, root, as, 'alice');
    const code = await call(server, 'POST', '/v1/auth', { body: alice });
    expect([code.status, code.body.code]).toEqual([401, 'MFA0001']);
    const session = await signInSam(server, alice, otpAt(seed, server.clock.now));
    const off = await call(server, 'DELETE', `${user(root, 'alice')}/mfa`, { as });
    expect([off.status, off.text]).toEqual([204, '']);
    expect(off.headers['warifu-receipt']).toContain('sessions=1');
    expect((await call(server, 'GET', '/v1/auth/sessions', { as: session })).status).toBe(401);
    await signInSam(server, alice);
    const notice = (await mailsOf(server, root.operatorId)).find((mail) => mail.template === 'sam_mfa_disabled');
    expect(notice?.facts).toMatchObject({ userName: 'alice' });
    const [audit] = await auditOf(server, root.operatorId, 'User:revokeUserMFA');
    expect(audit).toMatchObject({ actor: 'root', target: 'sam:alice', outcome: 'success' });
  });

  it('R45, flow C by permitted SAM users: for another, for itself, and refused with the reason', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    await newSam(server, root, as, 'alice');
    await enrolSam(server, root, as, 'alice');
    const helper = await newSam(server, root, as, 'helper', allow(flowC));
    const self = await newSam(server, root, as, 'self', allow(flowC, "pathVariable('user_name') == samUserName"));
    const nobody = await newSam(server, root, as, 'nobody');

    const refused = await call(server, 'DELETE', `${user(root, 'alice')}/mfa`, { as: await signInSam(server, nobody) });
    expect([refused.status, refused.body.code]).toEqual([403, 'AUM0017']);
    expect(refused.body.message).toContain('nobody');
    expect(refused.body.message).toContain('User:revokeUserMFA');
    const selfSession = await signInSam(server, self);
    expect((await call(server, 'DELETE', `${user(root, 'alice')}/mfa`, { as: selfSession })).body.code).toBe('AUM0017');
    expect(
      (await call(server, 'DELETE', `${user(root, 'alice')}/mfa`, { as: await signInSam(server, helper) })).status,
    ).toBe(204);

    const seed = await enrolSam(server, root, selfSession, 'self');
    const passwordOnly = await call(server, 'DELETE', `${user(root, 'self')}/mfa`, { as: selfSession });
    expect(passwordOnly.status, 'the session that enrolled is proved with the factor').toBe(204);
    expect(seed).not.toBe('');
  });

  it('gives no way from a SAM user to the root user’s MFA or to another operator', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const wide = await newSam(server, root, as, 'wide', allow(['*']));
    const session = await signInSam(server, wide);
    for (const [method, path] of [
      ['POST', 'mfa'],
      ['DELETE', 'mfa'],
      ['POST', 'mfa/backup_codes'],
      ['POST', 'password'],
    ] as const) {
      const body = path === 'mfa' && method === 'POST' ? undefined : { password: 'x' };
      const answer = await call(server, method, `/v1/operators/${root.operatorId}/${path}`, { as: session, body });
      expect([answer.status, answer.body.code]).toEqual([403, 'AUM0016']);
    }
    const other = await newRoot(server);
    const foreign = await call(server, 'GET', `/v1/operators/${other.operatorId}/users`, { as: session });
    expect([foreign.status, foreign.body.code]).toEqual([404, 'COM0404']);
  });

  it('R62: acts on permissions, roles and defaults on the next request', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const bob = await newSam(server, root, as, 'bob');
    const session = await signInSam(server, bob);
    const list = async () =>
      (await call(server, 'GET', `/v1/operators/${root.operatorId}/users`, { as: session })).status;
    expect(await list()).toBe(403);
    const roleId = 'srn:warifu::Role:ReadOnly';
    const attached = await call(server, 'POST', `${user(root, 'bob')}/roles`, { as, body: { roleId } });
    expect([attached.status, attached.text]).toEqual([200, '']);
    expect(await list()).toBe(200);
    const defaults = `/v1/operators/${root.operatorId}/users/default_permissions`;
    const deny = JSON.stringify({ statements: [{ effect: 'deny', api: 'User:listUsers' }] });
    expect((await call(server, 'PUT', defaults, { as, body: { permissions: deny } })).status).toBe(202);
    expect(await list()).toBe(403);
    expect((await call(server, 'GET', defaults, { as })).body.defaultPermissions).toBe(deny);
    expect((await call(server, 'DELETE', defaults, { as })).status).toBe(204);
    expect(await list()).toBe(200);
    const encoded = encodeURIComponent(roleId);
    expect((await call(server, 'DELETE', `${user(root, 'bob')}/roles/${encoded}`, { as })).status).toBe(200);
    expect(await list()).toBe(403);
  });

  it('R57: guards against escalation: nobody grants what it lacks', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const mallory = await newSam(server, root, as, 'mallory', allow(['User:*', 'Role:*']));
    await newSam(server, root, as, 'victim', allow(['Billing:*']));
    const session = await signInSam(server, mallory);
    const widen = allow(['*']);
    const attempts = [
      ['PUT', `${user(root, 'mallory')}/permission`, { permission: widen }],
      ['PUT', `${user(root, 'victim')}/permission`, { permission: widen }],
      ['POST', `${user(root, 'mallory')}/roles`, { roleId: 'srn:warifu::Role:Administrator' }],
      ['PUT', `/v1/operators/${root.operatorId}/users/default_permissions`, { permissions: widen }],
      ['POST', `${user(root, 'victim')}/auth_keys`, undefined],
      [
        'PUT',
        `${user(root, 'victim')}/trust_policy`,
        {
          trustPolicy: JSON.stringify({
            statements: [{ effect: 'allow', principal: { soracom: [`srn:soracom:${root.operatorId}::User:mallory`] } }],
          }),
        },
      ],
    ] as const;
    for (const [method, path, body] of attempts) {
      const answer = await call(server, method, path, { as: session, body });
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'AUM0024']);
    }
    const allowed = await call(server, 'PUT', `${user(root, 'mallory')}/permission`, {
      as: session,
      body: { permission: allow(['User:*']) },
    });
    expect(allowed.status, 'giving something up is no escalation').toBe(200);
  });

  it('R50: signs in with AuthKeys, which never reach account security', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    await newSam(server, root, as, 'robot', allow(['*']));
    const made = await call(server, 'POST', `${user(root, 'robot')}/auth_keys`, { as });
    expect(made.status).toBe(200);
    const { authKeyId, authKey } = made.body as { authKeyId: string; authKey: string };
    expect(authKeyId).toMatch(/^keyId-\w{32}$/);
    expect(authKey).toMatch(/^secret-\w{64}$/);
    canaries.add(authKey);
    const wrong = await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey: `${authKey}x` } });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'AUM0002']);
    const signedIn = await call(server, 'POST', '/v1/auth', { body: { authKeyId, authKey } });
    expect(signedIn.body).toMatchObject({ operatorId: root.operatorId, userName: 'robot' });
    const session = credentialsOf(signedIn.body);
    expect((await call(server, 'GET', `/v1/operators/${root.operatorId}/users`, { as: session })).status).toBe(200);
    const mfa = await call(server, 'POST', `${user(root, 'robot')}/mfa`, { as: session });
    expect([mfa.status, mfa.body.code]).toEqual([403, 'AUM0015']);
    expect((await call(server, 'POST', `${user(root, 'robot')}/auth_keys`, { as })).status).toBe(200);
    expect((await call(server, 'POST', `${user(root, 'robot')}/auth_keys`, { as })).body.code).toBe('AUM0023');
    expect((await call(server, 'DELETE', `${user(root, 'robot')}/auth_keys/${authKeyId}`, { as })).status).toBe(204);
    expect((await call(server, 'GET', `/v1/operators/${root.operatorId}/users`, { as: session })).status).toBe(401);
    const rootKey = await call(server, 'POST', `/v1/operators/${root.operatorId}/auth_keys`, { as });
    expect(rootKey.status).toBe(201);
    canaries.add(String(rootKey.body.authKey));
  });

  it('R64: switches to a user whose trust policy names the caller, and no further', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const carol = await newSam(server, root, as, 'carol');
    await newSam(server, root, as, 'service', allow(['*']));
    const session = await signInSam(server, carol);
    const to = { operatorId: root.operatorId, userName: 'service' };
    const before = await call(server, 'POST', '/v1/auth/switch_user', { as: session, body: to });
    expect([before.status, before.body.code]).toEqual([400, 'AUM0025']);
    const trustPolicy = JSON.stringify({
      statements: [{ effect: 'allow', principal: { soracom: [`srn:soracom:${root.operatorId}::User:carol`] } }],
    });
    expect(
      (await call(server, 'PUT', `${user(root, 'service')}/trust_policy`, { as, body: { trustPolicy } })).status,
    ).toBe(204);
    const switched = await call(server, 'POST', '/v1/auth/switch_user', { as: session, body: to });
    expect(switched.body).toMatchObject(to);
    const inService = credentialsOf(switched.body);
    expect((await call(server, 'GET', `/v1/operators/${root.operatorId}/users`, { as: inService })).status).toBe(200);
    expect((await call(server, 'POST', '/v1/auth/switch_user', { as: inService, body: to })).status).toBe(400);
    expect((await call(server, 'DELETE', `${user(root, 'service')}/trust_policy`, { as: inService })).body.code).toBe(
      'AUM0015',
    );
    expect((await call(server, 'POST', '/v1/auth/logout', { as: session })).status).toBe(204);
    expect((await call(server, 'GET', `/v1/operators/${root.operatorId}/users`, { as: inService })).status).toBe(401);
  });

  it('R64: ends a switched session with the trust that let it in, and never prolongs it', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const session = await signInSam(server, await newSam(server, root, as, 'carol'));
    await newSam(server, root, as, 'service', allow(['*']));
    const soracom = [`srn:soracom:${root.operatorId}::User:carol`];
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal: { soracom } }] });
    await call(server, 'PUT', `${user(root, 'service')}/trust_policy`, { as, body: { trustPolicy } });
    const body = { operatorId: root.operatorId, userName: 'service', tokenTimeoutSeconds: 180 };
    let inside = credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as: session, body })).body);
    const path = `/v1/operators/${root.operatorId}`;
    const renewed = await call(server, 'POST', `${path}/token`, { as: inside, body: { tokenTimeoutSeconds: 172_800 } });
    inside = { ...inside, token: String(renewed.body.token) };
    expect((await call(server, 'GET', `${path}/users`, { as: inside })).status).toBe(200);
    server.clock.now += 181_000;
    expect((await call(server, 'GET', `${path}/users`, { as: inside })).status, 'after 180 s').toBe(401);
    inside = credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as: session, body })).body);
    expect((await call(server, 'GET', `${path}/users`, { as: inside })).status).toBe(200);
    expect((await call(server, 'DELETE', `${user(root, 'service')}/trust_policy`, { as })).status).toBe(204);
    expect((await call(server, 'GET', `${path}/users`, { as: inside })).status, 'without the trust').toBe(401);
  });

  it('writes refusals down, but not a loop of them', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const session = await signInSam(
      server,
      await newSam(server, root, as, 'eve', allow(['User:updateUserPermission'])),
    );
    for (let i = 0; i < 20; i++) await call(server, 'GET', user(root, 'eve'), { as: session });
    const body = { permission: allow(['*']) };
    expect((await call(server, 'PUT', `${user(root, 'eve')}/permission`, { as: session, body })).body.code).toBe(
      'AUM0024',
    );
    const refused = (await auditOf(server, root.operatorId)).filter((row) => row.outcome === 'refused');
    expect(refused.map((row) => `${row.actor} ${row.api_kind} ${row.reason}`)).toEqual([
      ...Array.from({ length: 6 }, () => 'sam:eve User:getUser AUM0017'),
      'sam:eve User:updateUserPermission AUM0024',
    ]);
  });

  it('answers who can remove whose MFA, and why a call is denied', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    await newSam(server, root, as, 'alice', allow(flowC, "pathVariable('user_name') == samUserName"));
    await newSam(server, root, as, 'helper', allow(flowC));
    await newSam(server, root, as, 'night', allow(['User:revokeUserMFA'], 'currentTime >= time(22, 0)'));
    await newSam(server, root, as, 'nobody');
    const base = `/v1/operators/${root.operatorId}/permissions`;
    const who = await call(server, 'GET', `${base}/who_can?api=User:revokeUserMFA&user_name=alice`, { as });
    const answer = who.body as unknown as { userName: string; kind: string; allowed: string }[];
    expect(answer.map(({ userName, kind, allowed }) => [userName || kind, allowed])).toEqual([
      ['root', 'always'],
      ['alice', 'always'],
      ['helper', 'always'],
      ['night', 'sometimes'],
    ]);
    const explained = await call(server, 'POST', `${base}/explain`, {
      as,
      body: { userName: 'alice', api: 'User:revokeUserMFA', pathVariables: { user_name: 'helper' } },
    });
    expect(explained.body).toMatchObject({
      decision: 'deny',
      rule: 'default',
      statements: [{ source: 'own', applies: false }],
    });
  });

  it('lets a user who must have MFA do nothing but enrol', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const dave = await newSam(server, root, as, 'dave', allow(['User:listUsers']));
    const settings = { mfaRequiredForRoot: false, mfaRequiredForSamUsers: true, escalationGuard: true };
    expect(
      (await call(server, 'PUT', `/v1/operators/${root.operatorId}/settings`, { as, body: settings })).status,
    ).toBe(204);
    const session = await signInSam(server, dave);
    const list = () => call(server, 'GET', `/v1/operators/${root.operatorId}/users`, { as: session });
    expect((await list()).body.code).toBe('MFA0008');
    await enrolSam(server, root, session, 'dave');
    expect((await list()).status).toBe(200);
  });
});
