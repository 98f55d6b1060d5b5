import { accessOf, endpoints } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { type Credentials, call } from './support/client.ts';
import { newGateKey } from './support/host.ts';
import { newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, enrolSam, newSam, type Sam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const minute = 60_000;

describe.each(engines)('proving more, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let headers: Record<string, string>;

  beforeAll(async () => {
    server = await startTestServer(engine);
    root = await newRoot(server);
    as = await signIn(server, root);
    const gateKey = await newGateKey(server, 'orders');
    headers = { authorization: `Bearer ${gateKey}` };
  });
  afterAll(() => server.stop());

  const permission = JSON.stringify({
    statements: [
      { effect: 'allow', api: 'Order:fresh', condition: 'authAgeSeconds < 300' },
      { effect: 'allow', api: 'Order:strong', condition: 'mfaAuthenticated' },
      { effect: 'allow', api: 'Order:both', condition: 'mfaAuthenticated and authAgeSeconds < 300' },
      { effect: 'allow', api: ['Order:barred', 'Order:near'] },
      { effect: 'deny', api: 'Order:barred', condition: 'authAgeSeconds >= 0' },
      { effect: 'deny', api: 'Order:near', condition: "not (authMethod == 'password+totp')" },
      { effect: 'allow', api: 'Order:elsewhere', condition: "ipAddress('192.0.2.0/24') and mfaAuthenticated" },
    ],
  });
  const names = ['fresh', 'strong', 'both', 'barred', 'near', 'elsewhere', 'unknown'];

  /** What each call would need. */
  async function needs(who: Credentials): Promise<Record<string, string>> {
    const questions = names.map((name) => ({ api: `Order:${name}`, httpMethod: 'GET', requestPath: '/' }));
    const { body } = await call(server, 'POST', '/v1/authz/check', { body: { credential: who, questions }, headers });
    const answers = body.answers as { decision: string; stepUp?: string }[];
    return Object.fromEntries(names.map((name, at) => [name, answers[at]?.stepUp ?? answers[at]?.decision ?? '']));
  }

  const prove = async (who: Credentials, sam: Sam, mfaOTPCode?: string) => {
    const body = { password: sam.password, ...(mfaOTPCode && { mfaOTPCode }) };
    const answer = await call(server, 'POST', '/v1/auth/step_up', { as: who, body });
    expect(answer.status).toBe(200);
    const { token = who.token } = answer.body as { token?: string };
    return { ...who, token };
  };

  it('is named where it would change the answer, and it then does', async () => {
    const sam = await newSam(server, root, as, 'hana', permission);
    const hana = await signInSam(server, sam);
    const never = { barred: 'deny', elsewhere: 'deny', unknown: 'deny' };
    expect(await needs(hana)).toEqual({ fresh: 'allow', strong: 'mfa', both: 'mfa', near: 'mfa', ...never });
    server.clock.now += 10 * minute;
    expect(await needs(hana)).toMatchObject({ fresh: 'password', strong: 'mfa', both: 'mfa' });
    const again = await prove(hana, sam);
    expect(await needs(again)).toMatchObject({ fresh: 'allow', strong: 'mfa' });
    const seed = await enrolSam(server, root, as, 'hana');
    const proved = await signInSam(server, sam, otpAt(seed, server.clock.now));
    expect(await needs(proved)).toEqual({ fresh: 'allow', strong: 'allow', both: 'allow', near: 'allow', ...never });
    server.clock.now += 10 * minute;
    expect(await needs(proved)).toMatchObject({ fresh: 'password', strong: 'allow', both: 'password' });
    const anew = await prove(proved, sam, otpAt(seed, server.clock.now));
    expect(await needs(anew)).toMatchObject({ fresh: 'allow', strong: 'allow', both: 'allow' });
  });

  it('is asked of no program, nor of a root user, and AuthZEN says it too', async () => {
    await newSam(server, root, as, 'robot', permission);
    const made = await call(server, 'POST', `${userPath(root, 'robot')}/auth_keys`, { as });
    const robot = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
    server.clock.now += 10 * minute;
    expect(await needs(robot)).toMatchObject({ fresh: 'deny', strong: 'deny', both: 'deny' });
    expect(await needs(await signIn(server, root))).toMatchObject({ strong: 'allow', barred: 'allow' });
    const plain = await signInSam(server, await newSam(server, root, as, 'plain', permission));
    const body = {
      subject: { type: 'session', id: plain.token },
      resource: { type: 'Order', id: '7' },
      action: { name: 'strong' },
    };
    const answer = await call(server, 'POST', '/access/v1/evaluation', { body, headers });
    expect(answer.body).toEqual({
      decision: false,
      context: { settledBy: 'permission', missingPermission: 'Order:strong', stepUp: 'mfa' },
    });
  });

  it('attack: nobody is told yes of an operation that its guard asks the password for', async () => {
    const guarded = endpoints.filter((endpoint) => endpoint.stepUp);
    expect(guarded.length).toBeGreaterThan(10);
    const mine = await newRoot(server);
    const owner = await signIn(server, mine);
    const sam = await newSam(server, mine, owner, 'taro', allow(['*']));
    const who = await signInSam(server, sam);
    const pathVariables = { operator_id: mine.operatorId, user_name: 'other' };
    const asked = async (as: Credentials, api: string) => {
      const body = { credential: as, questions: [{ api, pathVariables }] };
      return (await call(server, 'POST', '/v1/authz/check', { body, headers })).body['answers'];
    };
    const explained = async (api: string, more: object) => {
      const body = { userName: 'taro', api, pathVariables, ...more };
      const path = `/v1/operators/${mine.operatorId}/permissions/explain`;
      const { decision, settledBy } = (await call(server, 'POST', path, { as: who, body })).body;
      return { decision, settledBy };
    };
    const tooOld = { decision: 'deny', settledBy: 'proof' };
    server.clock.now += limits.stepUp;
    for (const as of [owner, who]) {
      for (const endpoint of guarded) {
        const { operation, method, path, hasBody } = endpoint;
        if (as === who && accessOf(endpoint) === 'root') continue;
        const url = path.replace('{operator_id}', mine.operatorId).replace(/\{\w+\}/g, 'other');
        const arrived = await call(server, method, url, { as, ...(hasBody && { body: {} }) });
        expect([operation, arrived.status, arrived.body.code]).toEqual([operation, 403, 'MFA0004']);
        expect([operation, await asked(as, operation)]).toEqual([operation, [{ ...tooOld, stepUp: 'password' }]]);
        if (as === owner) continue;
        expect([operation, await explained(operation, {})]).toEqual([operation, tooOld]);
        const age = limits.stepUp / 1000;
        expect([operation, await explained(operation, { authAgeSeconds: age })]).toEqual([operation, tooOld]);
        const just = await explained(operation, { authAgeSeconds: age - 1 });
        expect([operation, just.decision]).toEqual([operation, 'allow']);
      }
    }
    const again = await prove(owner, { ...sam, password: mine.password });
    for (const { operation } of guarded) {
      expect([operation, await asked(again, operation)]).toEqual([
        operation,
        [{ decision: 'allow', settledBy: 'access' }],
      ]);
    }
  });
});
