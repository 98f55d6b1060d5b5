import { type AnyEndpoint, gateEndpoints } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

type Schema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean;
  readonly enum?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
};

/** A value that fits a schema, though it need not fit what the member means. */
function fitting(schema: Schema, name = ''): unknown {
  if (schema.enum) return schema.enum[0];
  if (schema.examples) return schema.examples[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, of]) => [key, fitting(of, key)]));
    case 'array':
      return [fitting(schema.items ?? {})];
    case 'integer':
      return Math.min(schema.maximum ?? 600, Math.max(600, schema.minimum ?? 0));
    case 'boolean':
      return true;
    default:
      return schema.pattern !== undefined ? 'AAAA' : name === 'email' ? 'sample@example.com' : 'a sample value 1';
  }
}

/** A part of a body, by the names that lead to it, and values that do not fit it. */
type Odd = { readonly path: readonly string[]; readonly value: unknown };

/** Every member, however deep, with every value that its schema refuses. */
function odds(schema: Schema, path: readonly string[] = []): Odd[] {
  const { type = 'string', properties = {}, items } = schema;
  const values: unknown[] = [{}, [], true, 5, '600', 1.5, null].filter((value) => !isOf(type, value));
  if (schema.maxLength !== undefined) values.push('x'.repeat(schema.maxLength + 1));
  if (schema.minLength !== undefined) values.push('');
  if (type === 'string') values.push('a\u0000b', 'a\ud800', '\udc00');
  if (schema.enum) values.push('no such word');
  if (schema.minimum !== undefined) values.push(schema.minimum - 1);
  if (schema.maximum !== undefined) values.push(schema.maximum + 1, 1e300);
  if (schema.maxItems !== undefined && items) values.push(Array(schema.maxItems + 1).fill(fitting(items)));
  const own = path.length === 0 ? [] : values.map((value) => ({ path, value }));
  const surplus = schema.additionalProperties === false ? [{ path: [...path, 'surplus'], value: 1 }] : [];
  const inside = Object.entries(properties).flatMap(([name, of]) => odds(of, [...path, name]));
  return [...own, ...surplus, ...inside, ...(items ? odds(items, [...path, '0']) : [])];
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** The same body with another value at a path. */
function withValue(body: unknown, [name = '', ...rest]: readonly string[], value: unknown): unknown {
  if (name === '') return value;
  if (Array.isArray(body)) return [withValue(body[0], rest, value)];
  const members = body as Record<string, unknown>;
  return { ...members, [name]: withValue(members[name], rest, value) };
}

describe.each(engines)('every member of every operation of our own, wrong in every way, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let as: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    root = await newRoot(server);
    as = await signIn(server, root);
  });
  afterAll(() => server.stop());

  const ours = () =>
    server.app.warifu.bindings.filter(({ endpoint }) => endpoint.own && !gateEndpoints.includes(endpoint));
  const pathOf = ({ path, params }: AnyEndpoint, odd: Record<string, string> = {}) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const of = (params as Schema).properties?.[name];
      return odd[name] ?? (name === 'operator_id' ? root.operatorId : (of?.enum?.[0] ?? 'x'));
    });
  /** What is wrong with an answer; nothing, when it is a refusal that names the member. */
  const flawsOf = ({ status, body }: Answer, field: string, ...what: unknown[]) => {
    const names = String(body['field']).split('.').includes(field);
    return status === 400 && body.code === 'COM0001' && names ? [] : [[...what, status, body.code, body['field']]];
  };

  it('R65, R66: in a body', async () => {
    const before = await rowsOf(server, root.operatorId);
    const flaws = [];
    let tried = 0;
    for (const { endpoint, bodyLimit } of ours()) {
      for (const { path, value } of endpoint.hasBody ? odds(endpoint.body as Schema) : []) {
        const body = JSON.stringify(withValue(fitting(endpoint.body as Schema), path, value));
        // What is too long for any body is not read (R68).
        if (body.length > Math.min(bodyLimit, 65_536)) continue;
        const answer = await call(server, endpoint.method, pathOf(endpoint), { as, body });
        const field = path.findLast((name) => name !== '0') ?? '';
        flaws.push(...flawsOf(answer, field, endpoint.operation, path.join('.'), JSON.stringify(value).slice(0, 40)));
        tried++;
      }
    }
    expect(flaws).toEqual([]);
    expect(tried).toBeGreaterThan(500);
    expect(await rowsOf(server, root.operatorId)).toEqual(before);
  });

  it('R65, R66: in a query', async () => {
    const flaws = [];
    for (const { endpoint } of ours()) {
      const { properties = {} } = endpoint.query as Schema;
      for (const [name, { type, enum: words, maxLength }] of Object.entries(properties)) {
        const wrong = ['a%00b', ...(type === 'integer' ? ['x', '-1', '1.5', '%F0'] : [])];
        if (words) wrong.push('no_such_word', '');
        if (maxLength !== undefined) wrong.push('x'.repeat(maxLength + 1));
        const { [name]: _, ...others } = properties;
        const right = Object.entries(others).map(
          ([other, of]) => `${other}=${encodeURIComponent(String(fitting(of)))}`,
        );
        for (const odd of [...wrong.map((value) => `${name}=${value}`), `${name}=1&${name}=2`]) {
          const answer = await call(server, endpoint.method, `${pathOf(endpoint)}?${[...right, odd].join('&')}`, {
            as,
          });
          flaws.push(...flawsOf(answer, name, endpoint.operation, odd.slice(0, 40)));
        }
      }
    }
    expect(flaws).toEqual([]);
  });

  it('R66: in a path', async () => {
    for (const { endpoint } of ours()) {
      for (const name of Object.keys((endpoint.params as Schema).properties ?? {})) {
        for (const odd of ['%00', 'x'.repeat(300), '%E2%80%AE', '%ff', '..%2f..', '%F0%9F%98%80']) {
          const path = pathOf(endpoint, { [name]: odd });
          const { status } = await call(server, endpoint.method, path, { as, ...(endpoint.hasBody && { body: {} }) });
          expect([endpoint.operation, odd.slice(0, 12), [400, 403, 404].includes(status)]).toEqual([
            endpoint.operation,
            odd.slice(0, 12),
            true,
          ]);
        }
      }
    }
    await checkInvariants(server);
  });
});
