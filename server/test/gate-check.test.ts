import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listGateKeys, revokeGateKey } from '../src/gate/keys.ts';
import { type Credentials, call } from './support/client.ts';
import { byHost, newGateKey } from './support/host.ts';
import { newRoot, otpAt, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('asking the gate, on %s', (engine) => {
  let server: TestServer;
  /** On PostgreSQL a second server; changes on the first must count there. */
  let second: TestServer;
  let key: string;

  beforeAll(async () => {
    server = await startTestServer(engine);
    second = await joinTestServer(server);
    key = await newGateKey(server, 'orders');
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });

  async function ask(credential: object, questions: object[], { at = server, by = key } = {}) {
    const headers = { authorization: `Bearer ${by}` };
    return await call(at, 'POST', '/v1/authz/check', { body: { credential, questions }, headers });
  }

  const orders = { api: 'Orders:list', httpMethod: 'GET', requestPath: '/orders' };
  const denied = [expect.objectContaining({ decision: 'deny' })];

  it('says who it is, how it was proved, and which statement decided', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const path = `pathVariable('customer') == 'acme' and requestPath like '/orders/*' and httpMethod == 'PATCH'`;
    const permission = JSON.stringify({
      statements: [
        { effect: 'allow', api: 'Orders:*', condition: path },
        { effect: 'deny', api: 'Orders:delete' },
      ],
    });
    const sam = await newSam(server, root, as, 'hana', permission);
    const seed = await enrolSam(server, root, as, 'hana');
    const hana = await signInSam(server, sam, otpAt(seed, server.clock.now));
    const patch = { api: 'Orders:change', httpMethod: 'PATCH', requestPath: '/orders/7' };
    const answer = await ask(hana, [
      { ...patch, pathVariables: { customer: 'acme' } },
      { ...patch, pathVariables: { customer: 'else' } },
      { api: 'Orders:delete', httpMethod: 'DELETE', requestPath: '/orders/7', pathVariables: { customer: 'acme' } },
      { api: 'Auth:logout' },
      { api: 'Operator:revokeMFA', pathVariables: { operator_id: root.operatorId } },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      active: true,
      identity: {
        operatorId: root.operatorId,
        kind: 'sam',
        userName: 'hana',
        principal: `srn:soracom:${root.operatorId}::User:hana`,
        sessionId: expect.any(String),
        authMethod: 'password+totp',
        amr: ['pwd', 'otp', 'mfa'],
        mfaAuthenticated: true,
        authTime: server.clock.now,
        authAgeSeconds: 0,
        expiresAt: expect.any(Number),
      },
      answers: [
        { decision: 'allow', settledBy: 'permission', statement: { source: 'own', statement: 1, effect: 'allow' } },
        { decision: 'deny', settledBy: 'permission', missingPermission: 'Orders:change' },
        { decision: 'deny', settledBy: 'permission', statement: { source: 'own', statement: 2, effect: 'deny' } },
        { decision: 'allow', settledBy: 'access' },
        { decision: 'deny', settledBy: 'access' },
      ],
    });
    const me = await call(server, 'GET', '/v1/auth/me', { as: hana });
    expect(me.body).toEqual(answer.body.identity);
    const { body } = await ask(as, [orders]);
    expect(body).toMatchObject({ active: true, identity: { kind: 'root', userName: '', amr: ['pwd'] } });
    expect(body.answers).toEqual([{ decision: 'allow', settledBy: 'access' }]);
  });

  it('knows AuthKeys, switched sessions and the MFA that an operator requires', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    await newSam(server, root, as, 'robot', allow(['Orders:*']));
    const made = await call(server, 'POST', `${userPath(root, 'robot')}/auth_keys`, { as });
    const robot = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
    const sam = await newSam(server, root, as, 'plain', allow(['Orders:*']));
    const plain = await signInSam(server, sam);
    const settings = `/v1/operators/${root.operatorId}/settings`;
    const body = {
      ...(await call(server, 'GET', settings, { as })).body,
      mfaRequiredForRoot: true,
      mfaRequiredForSamUsers: true,
    };
    expect((await call(server, 'PUT', settings, { as, body })).status).toBe(204);
    const answers = await Promise.all([robot, plain, as].map((who) => ask(who, [orders])));
    expect(answers.map(({ body }) => body.answers)).toEqual([
      [expect.objectContaining({ decision: 'allow', settledBy: 'permission' })],
      [{ decision: 'deny', settledBy: 'enrolment' }],
      [{ decision: 'deny', settledBy: 'enrolment' }],
    ]);
    expect(answers[0]?.body.identity).toMatchObject({ authMethod: 'authKey', amr: [], mfaAuthenticated: false });
  });

  it('knows nothing of what it may not ask about, nor of what opens nothing', async () => {
    const [mine, theirs] = [await newRoot(server), await newRoot(server)];
    const [own, foreign] = [await signIn(server, mine), await signIn(server, theirs)];
    const by = await newGateKey(server, 'only mine', mine.operatorId);
    const unopened = { active: false, answers: [{ decision: 'deny', settledBy: 'credential' }] };
    expect((await ask(own, [orders], { by })).body).toMatchObject({ active: true });
    const strangers: object[] = [
      foreign,
      { token: foreign.token },
      { ...own, apiKey: foreign.apiKey },
      { token: 'none' },
      { cookie: own.token },
      { token: by },
    ];
    for (const credential of strangers) expect((await ask(credential, [orders], { by })).body).toEqual(unopened);
    // What one key may not see, another one does: it was the key.
    expect((await ask(foreign, [orders])).body).toMatchObject({ active: true });
    // Another operator's paths are not there, as for the call itself.
    const question = { api: 'Operator:getOperator', pathVariables: { operator_id: theirs.operatorId } };
    expect((await ask(own, [question])).body.answers).toEqual([{ decision: 'deny', settledBy: 'access' }]);
  });

  it('takes either a token or a cookie, and names what is wrong', async () => {
    const as = await signIn(server, await newRoot(server));
    for (const credential of [{}, { token: as.token, cookie: 'x' }, { cookie: 'x', apiKey: as.apiKey }]) {
      const refused = await ask(credential, []);
      expect([refused.status, refused.body.field]).toEqual([400, 'credential']);
    }
    const many = await ask(
      as,
      Array.from({ length: 51 }, () => orders),
    );
    expect([many.status, many.body.field]).toEqual([400, 'questions']);
    const misspelled = await ask(as, [{ ...orders, pathVariable: {} }]);
    expect(misspelled.body.message).toContain('Did you mean "pathVariables"?');
    expect(
      (
        await ask(
          as,
          Array.from({ length: 50 }, () => orders),
        )
      ).body.answers,
    ).toHaveLength(50);
  });

  it('is asked with a gate key only, and a gate key does nothing else', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const body = { credential: as, questions: [orders] };
    for (const by of ['', 'Bearer', `Bearer ${as.token}`, `Bearer ${key}x`, `Basic ${key}`, key]) {
      const headers = { ...(by !== '' && { authorization: by }) };
      const refused = await call(server, 'POST', '/v1/authz/check', { body, headers });
      expect([by, refused.status, refused.body.code]).toEqual([by, 401, 'AUM0060']);
    }
    expect((await call(server, 'POST', '/v1/authz/check', { as, body })).body.code).toBe('AUM0060');
    const headers = { authorization: `Bearer ${key}` };
    for (const { endpoint } of server.app.warifu.bindings) {
      if (endpoint.operation.startsWith('Authz:')) continue;
      const path = endpoint.path.replace('{operator_id}', root.operatorId).replace(/\{\w+\}/g, 'x');
      const form = endpoint.form && { 'content-type': 'application/x-www-form-urlencoded' };
      const body = endpoint.form ? 'token=x' : {};
      const options = { headers: { ...headers, ...form }, ...(endpoint.hasBody && { body }) };
      const refused = await call(server, endpoint.method, path, options);
      expect([endpoint.operation, refused.status, refused.body.code]).toEqual([endpoint.operation, 403, 'AUM0061']);
    }
  });

  it('attack: who has no key makes nobody look for what is wrong with a body', async () => {
    const body = { credential: { token: 'marked' }, questions: Array(50).fill({}) };
    const parse = vi.spyOn(JSON, 'parse');
    const refused = await call(server, 'POST', '/v1/authz/check', { body, headers: { authorization: 'Bearer none' } });
    const times = parse.mock.calls.filter(([text]) => text.includes('marked')).length;
    parse.mockRestore();
    expect(refused.status).toBe(401);
    // By the framework only, which parses a body before it asks who sent it; on SQLite it is sent twice.
    expect(times).toBe(engine === 'sqlite' ? 2 : 1);
  });

  it('answers as the AuthZEN Authorization API 1.0', async () => {
    const found = await call(server, 'GET', '/.well-known/authzen-configuration');
    expect(found.body).toEqual({
      policy_decision_point: 'http://localhost:8787',
      access_evaluation_endpoint: 'http://localhost:8787/access/v1/evaluation',
      access_evaluations_endpoint: 'http://localhost:8787/access/v1/evaluations',
    });
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const permission = allow(['Orders:read'], "pathVariable('id') == '7' and pathVariable('customer') == '12'");
    const hana = await signInSam(server, await newSam(server, root, as, 'hana', permission));
    const headers = { authorization: `Bearer ${key}` };
    const send = (body: object, path = 'evaluation') => call(server, 'POST', `/access/v1/${path}`, { body, headers });
    const subject = { type: 'session', id: hana.token, properties: { passed: 'over' } };
    const resource = { type: 'Orders', id: '7', properties: { customer: 12, tags: ['none'] } };
    const action = { name: 'read' };
    const permitted = { decision: true, context: { settledBy: 'permission' } };
    expect((await send({ subject, resource, action })).body).toEqual(permitted);
    expect((await send({ subject, resource, action: { name: 'Orders:read' }, more: 1 })).body).toEqual(permitted);
    const refused = { decision: false, context: { settledBy: 'permission', missingPermission: 'Orders:read' } };
    expect((await send({ subject, resource: { ...resource, id: '8' }, action })).body).toEqual(refused);
    const written = { ...resource, id: '8', properties: { customer: 12, id: '7' } };
    expect((await send({ subject, resource: written, action })).body).toEqual(refused);
    const stranger = await send({ subject: { type: 'session', id: 'none' }, resource, action });
    expect(stranger.body).toEqual({ decision: false, context: { settledBy: 'credential' } });
    for (const body of [
      { resource, action },
      { subject: { type: 'user', id: 'hana' }, resource, action },
    ]) {
      const bad = await send(body);
      expect([bad.status, String(bad.body.field)]).toEqual([400, expect.stringMatching(/^subject/)]);
    }
    const other = { resource: { ...resource, id: '8' } };
    const evaluations = [{ resource }, other, { resource }];
    const many = async (options?: object) =>
      (await send({ subject, action, evaluations, ...(options && { options }) }, 'evaluations')).body.evaluations;
    expect(await many()).toEqual([permitted, refused, permitted]);
    expect(await many({ evaluations_semantic: 'deny_on_first_deny' })).toEqual([permitted, refused]);
    expect(await many({ evaluations_semantic: 'permit_on_first_permit' })).toEqual([permitted]);
    const more = await send({ subject, action, evaluations: Array(51).fill({ resource }) }, 'evaluations');
    expect([more.status, more.body.field]).toEqual([400, 'evaluations']);
    const lacking = await send({ subject, evaluations: [{ resource, action }, { resource }] }, 'evaluations');
    expect([lacking.status, lacking.body.field]).toEqual([400, 'evaluations.1.action']);
    // §7.1: without any it is one evaluation.
    for (const none of [{}, { evaluations: [] }]) {
      expect((await send({ subject, resource, action, ...none }, 'evaluations')).body).toEqual(permitted);
      const half = await send({ subject, resource, ...none }, 'evaluations');
      expect([half.status, half.body.field]).toEqual([400, 'action']);
    }
  });

  it('gives the ID of an AuthZEN request back, and of no other', async () => {
    const authorization = `Bearer ${key}`;
    const idOf = async (path: string, id: string, by = authorization) => {
      const headers = { authorization: by, 'x-request-id': id };
      return (await call(server, 'POST', path, { body: {}, headers })).headers['x-request-id'];
    };
    const asked = 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716';
    for (const by of [authorization, 'Bearer none']) {
      expect(await idOf('/access/v1/evaluation', asked, by)).toBe(asked);
      expect(await idOf('/access/v1/evaluations', asked, by)).toBe(asked);
    }
    for (const id of ['', 'a b', 'é', 'x'.repeat(129)]) {
      expect(await idOf('/access/v1/evaluation', id)).toMatch(/^[\da-f-]{36}$/);
    }
    expect(await idOf('/v1/authz/check', asked)).not.toBe(asked);
    expect(server.log()).not.toContain(asked);
  });

  it('refuses the next question after a logout, a permission change, a deletion and a revoked key', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const allowed = allow(['Orders:*']);
    const changes: [string, (who: Credentials) => Promise<unknown>][] = [
      ['logout', (who) => call(server, 'POST', '/v1/auth/logout', { as: who })],
      ['permission', () => call(server, 'DELETE', `${userPath(root, 'permission')}/permission`, { as })],
      ['deletion', () => call(server, 'DELETE', userPath(root, 'deletion'), { as })],
    ];
    for (const [name, change] of changes) {
      const who = await signInSam(server, await newSam(server, root, as, name, allowed));
      expect((await ask(who, [orders], { at: second })).body.answers).toEqual([
        expect.objectContaining({ decision: 'allow' }),
      ]);
      await change(who);
      expect([name, (await ask(who, [orders], { at: second })).body.answers]).toEqual([name, denied]);
    }
    const by = await newGateKey(server, 'to be revoked');
    expect((await ask(as, [], { at: second, by })).status).toBe(200);
    const listed = async () => (await listGateKeys(server.ctx.db)).find(({ name }) => name === 'to be revoked');
    // The answer does not wait for it.
    await expect.poll(async () => (await listed())?.lastUsedAt).toBe(server.clock.now);
    const made = await listed();
    expect(made).toEqual({
      gateKeyId: expect.any(String),
      name: 'to be revoked',
      operatorId: null,
      createdAt: expect.any(Number),
      lastUsedAt: expect.any(Number),
    });
    const gateKeyId = made?.gateKeyId ?? '';
    await revokeGateKey(byHost(server, 'gate-key create'), gateKeyId);
    expect((await ask(as, [], { at: second, by })).body.code).toBe('AUM0060');
    await expect(revokeGateKey(byHost(server, 'gate-key create'), gateKeyId)).rejects.toThrow();
    const records = await server.ctx.db
      .selectFrom('audit_log')
      .select(['actor', 'target', 'operator_id'])
      .where('target', '=', `gate-key:${gateKeyId}`)
      .execute();
    expect(records).toEqual(
      records.map(() => ({ actor: 'host:tester', target: `gate-key:${gateKeyId}`, operator_id: '' })),
    );
    expect(records).toHaveLength(2);
  });
});
