import { type AnyEndpoint, endpoints, gateEndpoints } from '@warifu/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const japanese = { 'x-soracom-lang': 'ja' };

describe.each(engines)('input on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_SIGNUP: 'open' }, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    vi.restoreAllMocks();
    await checkInvariants(server);
  });

  const bound = () => new Set(server.app.warifu.bindings.map((binding) => binding.endpoint.operation));
  const withBody = () => endpoints.filter((endpoint) => endpoint.hasBody && bound().has(endpoint.operation));
  const pathOf = ({ path, params }: AnyEndpoint) =>
    path.replace('{operator_id}', root.operatorId).replace(/\{(\w+)\}/g, (_, name: string) => {
      return (params as Schema).properties?.[name]?.enum?.[0] ?? 'x';
    });
  const send = (endpoint: AnyEndpoint, body: unknown, headers = {}) =>
    call(server, endpoint.method, pathOf(endpoint), { as, body, headers });
  const named = (answer: Answer, field: string) => {
    expect([answer.status, answer.body.code]).toEqual([400, 'COM0001']);
    expect(answer.body.message).toContain(field);
  };

  it('R65: none of our own takes a member it does not know, and no endpoint a body that is no object', async () => {
    const before = await rowsOf(server, root.operatorId);
    expect(withBody().length).toBeGreaterThan(12);
    for (const endpoint of withBody()) {
      const body = samples(endpoint.body as Schema);
      if (endpoint.own) {
        named(await send(endpoint, { ...body, surplus: 1 }), 'surplus');
        named(await send(endpoint, { ...body, surplus: 1 }, japanese), 'surplus');
        named(await send(endpoint, 'null'), 'body');
      }
      for (const odd of ['"x"', '5', '[]', 'true']) named(await send(endpoint, odd), 'body');
    }
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
  });

  it('R65: nothing is turned into what it should have been', async () => {
    const before = await rowsOf(server, root.operatorId);
    for (const endpoint of withBody()) {
      const { properties = {} } = endpoint.body as Schema;
      for (const [name, schema] of Object.entries(properties)) {
        // Existing clients send `null` for what they do not use.
        for (const odd of [...wrongTypes(name, schema), ...(endpoint.own ? [null] : [])]) {
          const body = { ...samples(endpoint.body as Schema), [name]: odd };
          named(await send(endpoint, body), name);
          const answer = await send(endpoint, body, japanese);
          named(answer, name);
          expect(answer.body.message).toMatch(/[ぁ-ん一-龠]/);
        }
      }
    }
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
  });

  it('R65: a required member that is missing is named, in both languages', async () => {
    for (const endpoint of withBody()) {
      for (const name of (endpoint.body as Schema).required ?? []) {
        const { [name]: _, ...body } = samples(endpoint.body as Schema);
        named(await send(endpoint, body), `${name}: is missing`);
        named(await send(endpoint, body, japanese), `${name}: 入力してください。`);
      }
    }
  });

  it('R65: endpoints of our own without a body take none', async () => {
    const without = endpoints.filter(
      ({ own, hasBody, method, operation }) => own && !hasBody && method !== 'GET' && bound().has(operation),
    );
    expect(without.length).toBeGreaterThan(3);
    for (const endpoint of without) {
      named(await send(endpoint, { surplus: 1 }), 'surplus');
    }
  });

  it.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'application/json+x',
    'application/vnd.api+json',
    'application',
    'application/json, text/plain',
    'x',
  ])('R65: a body as %s is a 415', async (type) => {
    for (const endpoint of withBody()) {
      const answer = await send(endpoint, '{}', { 'content-type': type });
      expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, 415, 'COM0415']);
    }
  });

  it.each(['x-unknown', 'gzip', 'identity, br', 'GZIP'])('a body in the encoding %s is a 415', async (encoding) => {
    for (const endpoint of withBody()) {
      const answer = await send(endpoint, samples(endpoint.body as Schema), { 'content-encoding': encoding });
      expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, 415, 'COM0415']);
    }
    const untyped = { 'content-encoding': encoding, 'content-type': '' };
    expect((await call(server, 'POST', '/v1/auth', { body: {}, headers: untyped })).status).toBe(415);
  });

  it('a body that says it is in no encoding is taken', async () => {
    const { email, password } = root;
    const headers = { 'content-encoding': 'identity' };
    expect((await call(server, 'POST', '/v1/auth', { body: { email, password }, headers })).status).toBe(200);
  });

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'Application/Json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json ; x=y',
    'application/json\t; charset=utf-8',
    'application/json;',
  ])('R65: the spelling %j of JSON never skips the checks', async (type) => {
    const body = { email: root.email, password: root.password };
    const headers = { 'content-type': type };
    const bad = await call(server, 'POST', '/v1/auth', { body: { ...body, userName: 5 }, headers });
    expect([400, 415]).toContain(bad.status);
    const good = await call(server, 'POST', '/v1/auth', { body, headers });
    expect([200, 415]).toContain(good.status);
    // Whichever it is, it is the same for both: no spelling is read by another parser.
    expect(good.status === 200).toBe(bad.status === 400);
  });

  it.each([
    ['__proto__', '{"email":"a@example.com","password":"x","__proto__":{"otp":1}}'],
    ['constructor', '{"email":"a@example.com","password":"x","constructor":{"prototype":{}}}'],
    ['prototype', '{"email":"a@example.com","password":"x","prototype":1}'],
    ['password', '{"email":"a@example.com","password":"x","password":"y"}'],
    ['password', '{"email":"a@example.com","password":"x\\u0000y"}'],
    ['password', '{"email":"a@example.com","password":"\\ud83d"}'],
    ['email', '{"email":"a\\udc00@example.com","password":"x"}'],
    ['body', `{"email":${'['.repeat(21)}1${']'.repeat(21)}}`],
    ['body', '{"email":"a@example.com"'],
    ['body', "{'email':'a@example.com'}"],
    ['body', '\ufeff{"email":"a@example.com","password":"x"}'],
  ])('R66: names %s in the refusal of %s', async (field, body) => {
    named(await call(server, 'POST', '/v1/auth', { body }), field);
    const answer = await call(server, 'POST', '/v1/auth', { body, headers: japanese });
    named(answer, field);
    expect(answer.body.message).toContain('リクエストが正しくありません');
  });

  it('R66: NUL in a path or a query is refused alike on every engine', async () => {
    named(await call(server, 'GET', '/v1/audit_logs/api?api_kind=%00', { as }), 'api_kind');
    named(await call(server, 'DELETE', '/v1/auth/sessions/%00', { as }), 'session_id');
    named(await call(server, 'GET', '/v1/audit_logs/api?last_evaluated_key=1%00', { as }), 'last_evaluated_key');
    expect((await call(server, 'GET', '/v1/operators/%00', { as })).status).toBe(404);
  });

  it.each(['limit=0', 'limit=1001', 'limit=ten', 'limit=1&limit=2', 'from_epoch_ms=-1'])(
    'R65: the query %s names its member',
    async (query) => {
      named(await call(server, 'GET', `/v1/audit_logs/api?${query}`, { as }), query.split('=')[0] ?? '');
    },
  );

  it('R60: a bare question mark and odd spellings of a path do not change what is asked', async () => {
    expect((await call(server, 'GET', `/v1/operators/${root.operatorId}?`, { as })).status).toBe(200);
    const id = root.operatorId;
    for (const path of [`/v1//operators/${id}`, `/V1/operators/${id}`, `/v1/operators/${id}/`]) {
      const answer = await call(server, 'GET', path, { as });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it('R68: more than 8 KiB without a session, and 64 KiB with one, is a 413 before it is read', async () => {
    const evaluated = vi.spyOn(server.ctx.hasher, 'verify');
    for (const { endpoint, guard, bodyLimit } of server.app.warifu.bindings.filter(
      ({ endpoint }) => endpoint.hasBody,
    )) {
      if (guard === 'anyone') expect([endpoint.operation, bodyLimit]).toEqual([endpoint.operation, 8192]);
      // Read for its caller only: server/test/catalogues.test.ts.
      if (endpoint.large) {
        expect([endpoint.operation, guard]).toEqual([endpoint.operation, 'root of {operator_id}']);
        expect((await call(server, endpoint.method, pathOf(endpoint), { body: 'x' })).status).toBe(401);
        continue;
      }
      expect(bodyLimit).toBeLessThanOrEqual(65_536);
      const answer = await send(endpoint, `["${'y'.repeat(bodyLimit - 3)}"]`);
      expect([endpoint.operation, answer.status, answer.body.code]).toEqual([endpoint.operation, 413, 'COM0413']);
      // These look at the key first, or take no JSON.
      if (gateEndpoints.includes(endpoint)) continue;
      named(await send(endpoint, `["${'y'.repeat(bodyLimit - 4)}"]`), 'body');
    }
    expect(evaluated).not.toHaveBeenCalled();
  });

  it('R01: a password of 1,025 bytes costs nothing at any door: no hash, no count', async () => {
    const evaluated = vi.spyOn(server.ctx.hasher, 'verify');
    const hashed = vi.spyOn(server.ctx.hasher, 'hash');
    const long = 'x'.repeat(1025);
    const { email, operatorId } = root;
    const doors = [
      ['POST', '/v1/auth', { email, password: long }],
      ['POST', '/v1/console/sign_in', { email, password: long }],
      ['POST', '/v1/auth/step_up', { password: long }],
      ['DELETE', `/v1/operators/${operatorId}/mfa`, { password: long }],
      ['POST', `/v1/operators/${operatorId}/password`, { currentPassword: long, newPassword: 'a new secret 割符 1' }],
      ['POST', `/v1/operators/${operatorId}/password`, { currentPassword: 'x', newPassword: long }],
      ['POST', '/v1/operators/mfa_revoke_token/issue', { email, password: long }],
      ['POST', '/v1/operators/mfa_revoke_token/verify', { email, password: long, token: 'x', backupCode: 'AAAA222E' }],
      ['POST', '/v1/operators', { email: 'new@example.com', password: long }],
    ] as const;
    const count = async () => await server.ctx.db.selectFrom('login_accounts').selectAll().execute();
    const before = await count();
    for (const [method, path, body] of doors) {
      named(await call(server, method, path, { as, body }), '1,024');
    }
    expect(evaluated).not.toHaveBeenCalled();
    expect(hashed).not.toHaveBeenCalled();
    expect(await count()).toEqual(before);
  });
});

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  examples?: unknown[];
  minimum?: number;
  enum?: string[];
};

/** A value that fits a member's schema, though it need not fit what the member means. */
function sample(name: string, schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'integer') return Math.max(600, schema.minimum ?? 0);
  if (schema.type === 'boolean') return true;
  if (schema.type === 'array') return ['x'];
  if (schema.type === 'object') return samples(schema);
  if (schema.examples) return schema.examples[0];
  return name === 'email' ? 'sample@example.com' : 'a sample value 1';
}

/** A body of values that fit. */
function samples({ properties = {} }: Schema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, sample(name, schema)]));
}

/** Values of other types than the schema's. */
function wrongTypes(name: string, schema: Schema): unknown[] {
  const right = schema.type ?? 'string';
  const odd = { object: {}, array: [sample(name, schema)], boolean: true, integer: 5, string: '600' };
  const others = Object.entries(odd).filter(([type]) => type !== right && !(right === 'string' && type === 'string'));
  return others.map(([, value]) => value);
}
