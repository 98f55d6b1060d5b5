import { type AnyEndpoint, endpoints } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { rowsOf as allRowsOf } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { allow, credentialsOf, newSam, signInSam, userPath } from './support/sam.ts';
import { startTestServer, type TestServer } from './support/server.ts';

/** Every (operation × principal) cell that is not allowed must be refused and must touch nothing (R63, I6). */
describe('the access matrix', () => {
  let server: TestServer;
  /** Refusals are written down; nothing else may change. */
  const rowsOf = async (...of: Parameters<typeof allRowsOf>) => {
    const { audit_log: _log, audit_heads: _heads, ...rest } = await allRowsOf(...of);
    return rest;
  };
  let root: Root;
  let as: Credentials;
  let outsider: Credentials;
  let nothing: Credentials;
  let key: Credentials;
  let switched: Credentials;

  beforeAll(async () => {
    server = await startTestServer('sqlite');
    root = await newRoot(server);
    as = await signIn(server, root);
    outsider = await signIn(server, await newRoot(server));
    await newSam(server, root, as, 'target');
    nothing = await signInSam(server, await newSam(server, root, as, 'nothing'));
    await newSam(server, root, as, 'robot', allow(['*']));
    const made = await call(server, 'POST', `${userPath(root, 'robot')}/auth_keys`, { as });
    key = credentialsOf((await call(server, 'POST', '/v1/auth', { body: made.body })).body);
    switched = await switchTo('robot');
  });
  afterAll(() => server.stop());

  async function switchTo(userName: string): Promise<Credentials> {
    const principal = { soracom: [`srn:soracom:${root.operatorId}::User:nothing`] };
    const trustPolicy = JSON.stringify({ statements: [{ effect: 'allow', principal }] });
    await call(server, 'PUT', `${userPath(root, userName)}/trust_policy`, { as, body: { trustPolicy } });
    const body = { operatorId: root.operatorId, userName };
    return credentialsOf((await call(server, 'POST', '/v1/auth/switch_user', { as: nothing, body })).body);
  }

  const guardOf = (endpoint: AnyEndpoint) =>
    server.app.warifu.bindings.find((binding) => binding.endpoint === endpoint)?.guard ?? 'not bound';

  const refusalOf = (endpoint: AnyEndpoint) => {
    if (endpoint.errors.includes('AUM0052')) return [400, 'AUM0052'] as const;
    return [403, guardOf(endpoint).startsWith('root') ? 'AUM0016' : 'AUM0017'] as const;
  };

  /** A well-formed call, so that a refusal is the guard's and not the schema's. */
  function ask(endpoint: AnyEndpoint, who: Credentials | undefined) {
    const values: Record<string, string> = {
      operator_id: root.operatorId,
      user_name: 'target',
      role_id: 'some-role',
      auth_key_id: 'keyId-none',
      email_id: 'none',
      session_id: 'none',
      type: 'support',
    };
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none');
    const query = endpoint.operation === 'User:whoCan' ? '?api=User:getUser' : '';
    const body = endpoint.hasBody ? (bodies[endpoint.operation] ?? {}) : undefined;
    return call(server, endpoint.method, path + query, { as: who, body });
  }

  const bodies: Record<string, object> = {
    'Auth:stepUp': { password: 'none' },
    'User:explainPermission': { userName: 'target', api: 'User:getUser' },
    'Email:issueAddEmailToken': { email: 'a@example.com', password: 'none' },
  };
  const guarded = () => endpoints.filter((endpoint) => guardOf(endpoint) !== 'anyone');

  it('binds every operation of the contract with a guard', () => {
    expect(endpoints.filter((endpoint) => guardOf(endpoint) === 'not bound').map((e) => e.operation)).toEqual([]);
    expect(guarded().length).toBeGreaterThan(60);
  });

  it('gives anonymous callers and made-up tokens nothing but 401', async () => {
    for (const endpoint of guarded()) {
      for (const who of [undefined, { apiKey: 'api-none', token: 'none' }]) {
        const answer = await ask(endpoint, who);
        expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, 401, 'AUM0001']);
      }
    }
  });

  it('gives the root user of another operator the same 404, and leaves every row as it was', async () => {
    const before = await rowsOf(server, root.operatorId);
    const inPath = guarded().filter((endpoint) => endpoint.path.includes('{operator_id}'));
    const texts = new Set<string>();
    for (const endpoint of inPath) {
      const answer = await ask(endpoint, outsider);
      expect([endpoint.operation, answer.status]).toEqual([endpoint.operation, 404]);
      texts.add(answer.text.replace(/"requestId":"[^"]+"/, ''));
    }
    expect(texts.size).toBe(1);
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
    expect(inPath.length).toBeGreaterThan(50);
  });

  it('gives a SAM user without permissions 403 on everything that is not its own sessions', async () => {
    const before = await rowsOf(server, root.operatorId);
    for (const endpoint of guarded().filter((candidate) => !guardOf(candidate).startsWith('signed in'))) {
      const answer = await ask(endpoint, nothing);
      const [status, code] = refusalOf(endpoint);
      expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, status, code]);
    }
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
  });

  it('opens with one permission that operation and no other', async () => {
    const permitted = guarded().filter((endpoint) => guardOf(endpoint).startsWith('permitted'));
    // Reads only: a write that goes through would change what the next one meets.
    for (const granted of permitted.filter((endpoint) => endpoint.method === 'GET')) {
      const body = { permission: allow([granted.operation]) };
      await call(server, 'PUT', `${userPath(root, 'nothing')}/permission`, { as, body });
      for (const endpoint of permitted) {
        const { status } = await ask(endpoint, nothing);
        const open = endpoint.operation === granted.operation;
        expect([granted.operation, endpoint.operation, status === 403]).toEqual([
          granted.operation,
          endpoint.operation,
          !open,
        ]);
      }
    }
    await call(server, 'DELETE', `${userPath(root, 'nothing')}/permission`, { as });
  });

  it('keeps AuthKey and switched sessions with every permission away from account security', async () => {
    const before = await rowsOf(server, root.operatorId);
    const person = guarded().filter((endpoint) => endpoint.personOnly && guardOf(endpoint).startsWith('permitted'));
    for (const endpoint of person) {
      for (const who of [key, switched]) {
        const answer = await ask(endpoint, who);
        expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, 403, 'AUM0015']);
      }
    }
    expect(person.length).toBeGreaterThan(7);
    const rootOnly = guarded().filter((endpoint) => guardOf(endpoint).startsWith('root'));
    for (const endpoint of rootOnly) expect((await ask(endpoint, key)).body.code).toBe(refusalOf(endpoint)[1]);
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
  });
});
