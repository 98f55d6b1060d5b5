import { readFileSync } from 'node:fs';
import { endpoints } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const builtIn = 'srn%3Awarifu%3A%3ARole%3AReadOnly';
const permission = allow(['User:getUser']);

describe.each(engines)('failures that clients of the reference tell apart by their status, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  let sam: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
    sam = await signInSam(server, await newSam(server, root, as, 'hana', allow(['*'])));
    const bare = await call(server, 'POST', userPath(root, 'bare'), { as, body: {} });
    expect(bare.status).toBe(201);
    for (const role of ['desk', 'spare']) {
      await call(server, 'POST', `/v1/operators/${root.operatorId}/roles/${role}`, { as, body: { permission } });
    }
    await call(server, 'POST', `${userPath(root, 'hana')}/roles`, { as, body: { roleId: 'desk' } });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  /** As the reference's definition says, in `facts/endpoints.json` and its descriptions. */
  it.each([
    ['a role that is attached already', 'POST', '/users/hana/roles', { roleId: 'desk' }, 400, 'AUM0050'],
    ['a role that is not there', 'POST', '/users/hana/roles', { roleId: 'none' }, 400, 'AUM0051'],
    ['no role', 'POST', '/users/hana/roles', {}, 400, 'AUM0051'],
    ['a role for nobody', 'POST', '/users/none/roles', { roleId: 'desk' }, 404, 'COM0404'],
    ['a role that is not attached', 'DELETE', '/users/hana/roles/spare', undefined, 404, 'COM0404'],
    ['the roles of nobody', 'GET', '/users/none/roles', undefined, 404, 'COM0404'],
    ['a role in use', 'DELETE', '/roles/desk', undefined, 400, 'AUM0033'],
    ['deleting no role', 'DELETE', '/roles/none', undefined, 404, 'COM0404'],
    ['deleting a built-in role', 'DELETE', `/roles/${builtIn}`, undefined, 404, 'AUM0034'],
    ['reading no role', 'GET', '/roles/none', undefined, 404, 'COM0404'],
    ['changing no role', 'PUT', '/roles/none', { permission }, 404, 'COM0404'],
    ['changing a built-in role', 'PUT', `/roles/${builtIn}`, { permission }, 404, 'AUM0034'],
    ['creating a role again', 'POST', '/roles/desk', { permission }, 400, 'AUM0032'],
    ['creating a role as if built in', 'POST', `/roles/${builtIn}`, { permission }, 400, 'COM0001'],
    ['the users of no role', 'GET', '/roles/none/users', undefined, 404, 'COM0404'],
    ['the versions of an own role', 'GET', '/roles/desk/versions', undefined, 400, 'AUM0035'],
    ['the versions of no role', 'GET', '/roles/none/versions', undefined, 404, 'COM0404'],
    ['creating a user again', 'POST', '/users/hana', {}, 400, 'AUM0020'],
    ['changing nobody', 'PUT', '/users/none', {}, 404, 'COM0404'],
    ['deleting nobody', 'DELETE', '/users/none', undefined, 404, 'COM0404'],
    ['deleting an AuthKey that is not there', 'DELETE', '/users/hana/auth_keys/keyId-none', undefined, 404, 'COM0404'],
    ['deleting a password that is not there', 'DELETE', '/users/bare/password', undefined, 404, 'COM0404'],
    ['default permissions that are none', 'PUT', '/users/default_permissions', { permissions: '{' }, 400, 'AUM0030'],
    ['a trust policy that is none', 'PUT', '/users/hana/trust_policy', { trustPolicy: '{' }, 400, 'AUM0031'],
    ['disabling MFA that is off', 'DELETE', '/users/hana/mfa', undefined, 400, 'MFA0005'],
    ['confirming what was not begun', 'POST', '/users/hana/mfa/verify', { mfaOTPCode: '123456' }, 400, 'MFA0006'],
  ] as const)('%s', async (_, method, path, body, status, code) => {
    const url = `/v1/operators/${root.operatorId}${path}`;
    const answer = await call(server, method, url, { as, ...(body && { body }) });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('the addresses, asked for by a SAM user: 400', async () => {
    const answer = await call(server, 'GET', `/v1/operators/${root.operatorId}/emails`, { as: sam });
    expect([answer.status, answer.body.code]).toEqual([400, 'AUM0052']);
  });

  it('one of two that attach the same role at once is told', async () => {
    const attach = () => call(server, 'POST', `${userPath(root, 'hana')}/roles`, { as, body: { roleId: 'spare' } });
    const answers = await Promise.all([attach(), attach(), attach()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    await call(server, 'DELETE', `${userPath(root, 'hana')}/roles/spare`, { as });
  });

  it('switching to nobody is a 400, signing in as nobody a 401', async () => {
    const nobody = { operatorId: root.operatorId, userName: 'none' };
    expect((await call(server, 'POST', '/v1/auth/switch_user', { as, body: nobody })).status).toBe(400);
    expect((await call(server, 'POST', '/v1/auth', { body: { ...nobody, password: 'x' } })).status).toBe(401);
  });

  /** Where the status is another one on purpose; docs/api.md says why. */
  it('another operator’s anything is not there, whether there is one or not', async () => {
    const other = await newRoot(server);
    for (const operatorId of [other.operatorId, 'OP0000000000', 'x']) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', '/users/hana/permission'],
        ['DELETE', '/users/hana/tokens'],
        ['GET', '/users/default_permissions'],
      ] as const) {
        const answer = await call(server, method, `/v1/operators/${operatorId}${path}`, { as });
        expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'COM0404']);
      }
    }
  });

  it('a link that is over is as dead as one that never was', async () => {
    const body = { token: 'x'.repeat(43), password: 'pebble harbour quilt 41' };
    const answer = await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'AUM0012']);
  });
});

describe('what AuthKeys and switched sessions may not do', () => {
  it('is listed in docs/api.md', () => {
    const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
    const section = /## What needs a person\n(.*?)\n## /s.exec(page)?.[1] ?? '';
    const listed = [...section.matchAll(/`(\w+:\w+)`/g)].map(([, name]) => name).sort();
    const closed = endpoints.filter(({ errors }) => errors.includes('AUM0015')).map(({ operation }) => operation);
    expect(listed).toEqual(closed.sort());
  });
});
