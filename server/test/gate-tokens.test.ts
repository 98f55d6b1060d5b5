import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { writeLastUses } from '../src/sessions/last-use.ts';
import { signInConsole } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { newGateKey } from './support/host.ts';
import { newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

// What resource servers of OAuth 2.0 ask about a token (RFC 7662, RFC 7009), and what asking leaves behind.

describe.each(engines)('asking about tokens, on %s', (engine) => {
  let server: TestServer;
  let key: string;
  let root: Root;
  let as: Credentials;

  beforeAll(async () => {
    server = await startTestServer(engine);
    key = await newGateKey(server, 'orders');
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(() => server.stop());

  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const send = (path: 'introspect' | 'revoke', body: string, headers: Record<string, string> = {}) =>
    call(server, 'POST', `/v1/oauth2/${path}`, { body, headers: { ...type, ...headers } });
  const introspect = (token: string, { by = key, more = '' } = {}) =>
    send('introspect', `token=${encodeURIComponent(token)}${more}`, { authorization: `Bearer ${by}` });

  it('answers as RFC 7662, and ends a session as RFC 7009', async () => {
    const hana = await signInSam(server, await newSam(server, root, as, 'hana'));
    expect((await introspect(hana.token, { more: '&token_type_hint=access_token' })).body).toEqual({
      active: true,
      token_type: 'Bearer',
      sub: `srn:soracom:${root.operatorId}::User:hana`,
      username: 'hana',
      iss: 'http://localhost:8787',
      exp: expect.any(Number),
      sid: expect.any(String),
      amr: ['pwd'],
      auth_time: Math.floor(server.clock.now / 1000),
      operator_id: root.operatorId,
    });
    const ofOther = await newGateKey(server, 'of another', (await newRoot(server)).operatorId);
    for (const [token, by] of [['none', key] as const, [hana.token, ofOther] as const]) {
      expect((await introspect(token, { by })).body).toEqual({ active: false });
    }
    for (const token of ['none', hana.token, hana.token]) {
      const ended = await send('revoke', `token=${encodeURIComponent(token)}`);
      expect([ended.status, ended.text]).toEqual([200, '']);
    }
    expect((await introspect(hana.token)).body).toEqual({ active: false });
    expect((await call(server, 'GET', '/v1/auth/me', { as: hana })).status).toBe(401);
    const [record] = await server.ctx.db
      .selectFrom('audit_log')
      .select(['actor', 'user_name', 'api_kind'])
      .where('api_kind', '=', 'Auth:revokeToken')
      .execute();
    expect(record).toEqual({ actor: 'sam:hana', user_name: 'hana', api_kind: 'Auth:revokeToken' });
  });

  it('ignores what it does not know, and knows no token that is too long to be one', async () => {
    const taro = await signInSam(server, await newSam(server, root, as, 'taro'));
    for (const more of [
      '&client_id=abc&client_secret=x',
      '&token_type_hint=',
      '&__proto__=b',
      `&x=${'y'.repeat(99)}`,
    ]) {
      expect([more, (await introspect(taro.token, { more })).body.active]).toEqual([more, true]);
    }
    const long = 'a'.repeat(5000);
    const unknown = await introspect(long);
    expect([unknown.status, unknown.body]).toEqual([200, { active: false }]);
    for (const token of [long, `none&client_id=abc&token_type_hint=${'h'.repeat(99)}`]) {
      const ended = await send('revoke', `token=${token}`);
      expect([ended.status, ended.text]).toEqual([200, '']);
    }
    expect((await send('revoke', `token=${encodeURIComponent(taro.token)}&client_id=abc`)).status).toBe(200);
    expect((await introspect(taro.token)).body).toEqual({ active: false });
  });

  it('takes the gate key as the password of any user, as clients of RFC 7662 send it', async () => {
    const hana = await signInSam(server, await newSam(server, root, as, 'basic'));
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    const token = `token=${encodeURIComponent(hana.token)}`;
    for (const user of ['', 'orders', 'https%3A%2F%2Forders']) {
      expect((await send('introspect', token, basic(`${user}:${key}`))).body).toMatchObject({ active: true });
    }
    for (const text of [key, `${key}:`, `orders:${key}x`, `orders:${hana.token}`, ':', '']) {
      expect([text, (await send('introspect', token, basic(text))).body.code]).toEqual([text, 'AUM0060']);
    }
    // It is a gate key there too, and does nothing else.
    const elsewhere = await call(server, 'GET', '/v1/auth/me', { headers: basic(`orders:${key}`) });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([403, 'AUM0061']);
  });

  it('says what is wrong in the words of OAuth 2.0 too', async () => {
    const authorization = `Bearer ${key}`;
    const json = { 'content-type': 'application/json' };
    const wrong: [Parameters<typeof send>, number, string, string][] = [
      [['introspect', '', { authorization }], 400, 'COM0001', 'invalid_request'],
      [['introspect', 'token=', { authorization }], 400, 'COM0001', 'invalid_request'],
      [['introspect', 'token=a&token=b', { authorization }], 400, 'COM0001', 'invalid_request'],
      [['introspect', 'token=a&x=1&x=2', { authorization }], 400, 'COM0001', 'invalid_request'],
      [['introspect', 'token=%00', { authorization }], 400, 'COM0001', 'invalid_request'],
      [['introspect', '{"token":"a"}', { authorization, ...json }], 415, 'COM0415', 'invalid_request'],
      [['introspect', 'token=a'], 401, 'AUM0060', 'invalid_client'],
      [['introspect', 'token=a', { authorization: 'Bearer none' }], 401, 'AUM0060', 'invalid_client'],
      [['revoke', 'token_type_hint=access_token'], 400, 'COM0001', 'invalid_request'],
      [['revoke', `token=${'a'.repeat(limits.http.publicBodyBytes)}`], 413, 'COM0413', 'invalid_request'],
      [['revoke', 'token=a', { authorization }], 403, 'AUM0061', 'invalid_client'],
    ];
    for (const [sent, ...expected] of wrong) {
      const { status, body } = await send(...sent);
      expect([sent[1].slice(0, 40), status, body.code, body['error']]).toEqual([sent[1].slice(0, 40), ...expected]);
    }
    // Of no other operation, and a form is no body of theirs.
    const refused = await call(server, 'POST', '/v1/auth', { body: 'email=a', headers: type });
    expect([refused.status, refused.body['error']]).toEqual([415, undefined]);
    expect(refused.body['message']).toContain(' application/json,');
    const unfit = await send('introspect', '{}', { authorization, ...json });
    expect(unfit.body['message']).toContain(' application/x-www-form-urlencoded,');
  });

  it('attack: a session that may only enrol MFA is active to nobody who lets active ones in', async () => {
    const jiro = await newSam(server, root, as, 'jiro', allow(['Orders:*']));
    const who = await signInSam(server, jiro);
    expect((await introspect(who.token)).body.active).toBe(true);
    const headers = { 'warifu-confirm': 'no-way-back' };
    const required = await call(server, 'PUT', `${userPath(root, 'jiro')}/mfa_requirement`, {
      as,
      headers,
      body: { required: true, from: server.clock.now + 60_000 },
    });
    expect(required.status).toBe(200);
    expect((await introspect(who.token)).body.active).toBe(true);
    server.clock.now += 60_000;
    expect((await call(server, 'GET', '/v1/auth/me', { as: who })).body.code).toBe('MFA0008');
    expect((await introspect(who.token)).body).toEqual({ active: false });
    const seed = await enrolSam(server, root, who, 'jiro');
    const enrolled = await signInSam(server, jiro, otpAt(seed, server.clock.now + 30_000));
    expect((await introspect(enrolled.token)).body.active).toBe(true);
    // In quarantine it may do in other programs what it could before, and so it is active.
    const reset = { mfa_reset_at: server.clock.now };
    await server.ctx.db.updateTable('users').set(reset).where('user_name', '=', 'jiro').execute();
    const since = { quarantine_at: server.clock.now };
    await server.ctx.db.updateTable('operators').set(since).where('operator_id', '=', root.operatorId).execute();
    const create = { as: enrolled, body: { description: '' } };
    expect((await call(server, 'POST', userPath(root, 'other'), create)).status).toBe(403);
    expect((await introspect(enrolled.token)).body.active).toBe(true);
  });

  it('attack: a question about the session of another operator is no use of it', async () => {
    const theirs = await newRoot(server);
    const by = await newGateKey(server, 'not of theirs', root.operatorId);
    const token = (await signIn(server, theirs)).token;
    const browser = await signInConsole(server, theirs);
    const cookie = [...browser.cookies].find(([name]) => name.startsWith('__Host-warifu-'))?.[1] ?? '';
    const headers = (gateKey: string) => ({ authorization: `Bearer ${gateKey}` });
    const check = (credential: object, gateKey = by) =>
      call(server, 'POST', '/v1/authz/check', { body: { credential }, headers: headers(gateKey) });
    const lastUses = async () => {
      await writeLastUses(server.ctx);
      const rows = server.ctx.db.selectFrom('sessions').select(['kind', 'last_used_at']);
      return await rows.where('operator_id', '=', theirs.operatorId).orderBy('kind').execute();
    };
    const before = await lastUses();
    server.clock.now += limits.session.stampInterval;
    const evaluation = { subject: { type: 'session', id: token }, resource: { type: 'Orders', id: '7' } };
    for (const answer of [
      await check({ cookie }),
      await check({ token }),
      await introspect(token, { by }),
      await call(server, 'POST', '/access/v1/evaluation', {
        body: { ...evaluation, action: { name: 'list' } },
        headers: headers(by),
      }),
    ]) {
      expect([answer.status, answer.body['active'] ?? answer.body['decision']]).toEqual([200, false]);
    }
    expect(await lastUses()).toEqual(before);
    // A browser that nobody uses goes idle, however often strangers ask.
    for (const credential of [{ cookie }, { token }]) expect((await check(credential, key)).body.active).toBe(true);
    const used = before.map((row) => ({ ...row, last_used_at: server.clock.now }));
    expect(await lastUses()).toEqual(used);
    server.clock.now += limits.session.consoleIdle - limits.session.stampInterval;
    await check({ cookie });
    server.clock.now += limits.session.stampInterval;
    expect((await check({ cookie }, key)).body.active).toBe(false);
  });
});
