import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { newGateKey } from './support/host.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, begin, enrol, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { resetToken, verifyReset } from './support/recovery.ts';
import { allow, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;
const newPassword = 'lantern meadow orbit 27';

describe.each(engines)('quarantine after a reset of MFA on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const operatorPath = (root: Root) => `/v1/operators/${root.operatorId}`;
  const settings = (quarantineAfterReset: boolean) => ({
    mfaRequiredForRoot: false,
    mfaRequiredForSamUsers: false,
    escalationGuard: true,
    quarantineAfterReset,
  });
  const setQuarantine = (root: Root, as: Credentials, on: boolean) =>
    call(server, 'PUT', `${operatorPath(root)}/settings`, { as, body: settings(on) });

  /** Whoever has password, mailbox and a backup code of the root user, signed in after it reset the MFA. */
  async function thief(on: boolean) {
    const root = await newRoot(server);
    const owner = await enrol(server, root);
    await newSam(server, root, owner, 'taro');
    expect((await setQuarantine(root, owner, on)).status).toBe(204);
    const { email, password } = root;
    const token = await resetToken(server, root);
    const resetAt = server.clock.now;
    expect((await verifyReset(server, { token, email, password, backupCode: owner.backupCodes[0] })).status).toBe(200);
    return { root, as: await signIn(server, root), resetAt };
  }

  /** What lets somebody stay who was let in once. */
  const grabs = (root: Root) => {
    const operator = operatorPath(root);
    const trustPolicy = JSON.stringify({
      statements: [{ effect: 'allow', principal: { soracom: 'srn:soracom:OP0000000001::User:x' } }],
    });
    return [
      ['POST', `${operator}/auth_keys`, undefined],
      ['POST', userPath(root, 'mine'), { description: '' }],
      ['PUT', `${userPath(root, 'taro')}/password`, { currentPassword: 'x', newPassword }],
      ['PUT', `${userPath(root, 'taro')}/permission`, { permission: allow(['*']) }],
      ['PUT', `${operator}/users/default_permissions`, { permissions: allow(['*']) }],
      ['PUT', `${userPath(root, 'taro')}/trust_policy`, { trustPolicy }],
      ['POST', `${userPath(root, 'taro')}/auth_keys`, undefined],
      ['POST', `${userPath(root, 'taro')}/mfa`, undefined],
      ['POST', `${operator}/roles/r1`, { permission: allow(['*']) }],
      ['POST', '/v1/operators/add_email_token/issue', { email: 'thief@example.com', password: root.password }],
      ['PUT', `${operator}/settings`, settings(false)],
      ['POST', '/v1/auth/switch_user', { operatorId: root.operatorId, userName: 'taro' }],
    ] as const;
  };

  it('a thief with everything of the root user neither stays nor switches it off; it ends after a day', async () => {
    const { root, as, resetAt } = await thief(true);
    for (const [method, path, body] of grabs(root)) {
      const answer = await call(server, method, path, { as, ...(body && { body }) });
      expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'AUM0019']);
      expect(answer.body['until']).toBe(resetAt + day);
    }
    const written = (await auditOf(server, root.operatorId)).filter(({ reason }) => reason === 'AUM0019');
    expect(written).toHaveLength(grabs(root).length);
    server.clock.now = resetAt + day - 1;
    const late = await signIn(server, root);
    expect((await setQuarantine(root, late, false)).body.code).toBe('AUM0019');
    server.clock.now += 1;
    expect((await call(server, 'POST', userPath(root, 'mine'), { as: late, body: { description: '' } })).status).toBe(
      201,
    );
    expect((await setQuarantine(root, late, false)).status).toBe(204);
  });

  it('the owner repairs the account meanwhile: MFA again, another password, no other sessions', async () => {
    const { root, as } = await thief(true);
    await signIn(server, root);
    expect((await call(server, 'DELETE', '/v1/auth/sessions', { as })).status).toBe(200);
    expect((await call(server, 'GET', `${operatorPath(root)}/users`, { as })).status).toBe(200);
    const seed = await begin(server, root, as);
    const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
    expect((await call(server, 'POST', `${operatorPath(root)}/mfa/verify`, { as, body })).status).toBe(200);
    const change = { currentPassword: root.password, newPassword };
    expect((await call(server, 'POST', `${operatorPath(root)}/password`, { as, body: change })).status).toBe(200);
    // A factor that was enrolled since is no proof of who did it.
    const answer = await call(server, 'POST', userPath(root, 'mine'), { as, body: { description: '' } });
    expect(answer.body.code).toBe('AUM0019');
  });

  it('without the switch nothing waits', async () => {
    const { root, as } = await thief(false);
    expect((await call(server, 'POST', userPath(root, 'mine'), { as, body: { description: '' } })).status).toBe(201);
    // Switched on later, it counts from the reset.
    expect((await setQuarantine(root, as, true)).status).toBe(204);
    expect((await setQuarantine(root, as, false)).body.code).toBe('AUM0019');
  });

  it('a SAM user whose MFA somebody else disabled waits, whatever it is permitted, and others do not', async () => {
    const root = await newRoot(server);
    const owner = await enrol(server, root);
    await setQuarantine(root, owner, true);
    const taro = await newSam(server, root, owner, 'taro', allow(['*']));
    const hana = await newSam(server, root, owner, 'hana', allow(['*']));
    await enrolSam(server, root, owner, 'taro');
    await call(server, 'DELETE', `${userPath(root, 'taro')}/mfa`, { as: owner });
    const [reset, other] = [await signInSam(server, taro), await signInSam(server, hana)];
    const create = (as: Credentials, name: string) =>
      call(server, 'POST', userPath(root, name), { as, body: { description: '' } });
    expect((await create(reset, 'one')).body.code).toBe('AUM0019');
    expect((await create(other, 'two')).status).toBe(201);
    expect((await call(server, 'GET', userPath(root, 'hana'), { as: reset })).status).toBe(200);
    expect((await call(server, 'POST', `${userPath(root, 'taro')}/mfa`, { as: reset })).status).toBe(200);
    const explain = { userName: 'taro', api: 'User:createUser', pathVariables: { user_name: 'one' } };
    const explained = await call(server, 'POST', `${operatorPath(root)}/permissions/explain`, {
      as: owner,
      body: explain,
    });
    expect(explained.body).toMatchObject({ decision: 'deny', settledBy: 'quarantine', rule: 'allow' });
    const gateKey = await newGateKey(server, 'orders');
    const question = { api: 'User:createUser', pathVariables: { operator_id: root.operatorId, user_name: 'one' } };
    const asked = await call(server, 'POST', '/v1/authz/check', {
      body: { credential: { token: reset.token }, questions: [question] },
      headers: { authorization: `Bearer ${gateKey}` },
    });
    const until = server.clock.now + 24 * 3_600_000;
    expect(asked.body).toMatchObject({ answers: [{ decision: 'deny', settledBy: 'quarantine', until }] });
    const supposed = { ...explain, secondsSinceMfaReset: 86_400 };
    const later = await call(server, 'POST', `${operatorPath(root)}/permissions/explain`, {
      as: owner,
      body: supposed,
    });
    expect(later.body).toMatchObject({ decision: 'allow', settledBy: 'permission' });
    const path = `${operatorPath(root)}/permissions/who_can?api=User:createUser`;
    const listed = (await call(server, 'GET', path, { as: owner })).body as unknown as Record<string, string>[];
    const allowed = Object.fromEntries(listed.map((row) => [row['userName'], row['allowed']]));
    expect(allowed).toEqual({ '': 'always', taro: 'sometimes', hana: 'always' });
  });
});
