import { type AnyEndpoint, endpoints } from '@warifu/contract';
import { describe, expect, it } from 'vitest';
import facts from './facts/endpoints.json' with { type: 'json' };

type Field = {
  readonly name: string;
  readonly in?: string;
  readonly type: string;
  readonly required: boolean;
  readonly enum?: readonly string[];
};
type Schema = { type?: string; properties?: Record<string, Schema>; items?: Schema; enum?: string[] };

/** Operations of the public definition that are about other things than accounts: this server has no such logs. */
const neverServed = ['AuditLog:getNapterAuditLogs', 'Log:getLogs'];

/** Listed in the definition, and not served so far. */
const notServed = ['Operator:generateSupportToken'];

/** Not in the facts, but under the names and paths that the reference has for them: its clients send more than we read. */
const signUp = ['Operator:createOperator', 'Operator:verifyOperator'];

/** Asked for although the public definition leaves it open: an empty confirmation would mean nothing. */
const requiredByUs = ['verifyMFA mfaOTPCode', 'verifyUserMFA mfaOTPCode'];

const served = facts.filter((fact) => endpointOf(fact.permission) !== undefined);

describe('the public definition of the API', () => {
  it('is served, but for what is listed as not', () => {
    const missing = facts.map((fact) => fact.permission).filter((permission) => endpointOf(permission) === undefined);
    expect(missing.sort()).toEqual([...neverServed, ...notServed].sort());
    expect(served.length).toBeGreaterThan(60);
  });

  it.each(served.map((fact) => [fact.permission, fact] as const))(
    '%s has its method, path and status',
    (name, fact) => {
      const endpoint = endpointOf(name);
      expect([endpoint?.method, endpoint?.path, endpoint?.status]).toEqual([
        fact.method,
        `/v1${fact.path}`,
        fact.response.status,
      ]);
    },
  );

  it.each(served.map((fact) => [fact.permission, fact] as const))('%s takes what clients send', (name, fact) => {
    const endpoint = endpointOf(name) as AnyEndpoint;
    for (const field of fact.request as Field[]) {
      const schema = placeOf(endpoint, field.in) as { properties?: Record<string, Schema>; required?: string[] };
      const member = schema.properties?.[field.name];
      expect([field.name, member && typeOf(member)]).toEqual([field.name, field.type.split(':')[0]]);
      const required = schema.required?.includes(field.name) ?? false;
      const strict = requiredByUs.includes(`${fact.operationId} ${field.name}`);
      if (field.in !== 'path') expect([field.name, required]).toEqual([field.name, field.required || strict]);
    }
    // Nothing that clients do not know of may be required.
    const known = new Set((fact.request as Field[]).map((field) => field.name));
    const body = endpoint.body as { required?: string[] };
    expect((body.required ?? []).filter((member) => !known.has(member))).toEqual([]);
  });

  it.each(served.map((fact) => [fact.permission, fact] as const))('%s answers what clients read', (name, fact) => {
    const reply = endpointOf(name)?.reply as Schema;
    const fields = (fact.response as { fields?: Field[] }).fields ?? [];
    const { array } = fact.response as { array?: boolean };
    const members = (array ? reply.items : reply)?.properties ?? {};
    expect(reply.type).toBe(array ? 'array' : 'object');
    for (const field of fields) {
      const member = members[field.name];
      expect([field.name, member && typeOf(member)]).toEqual([field.name, field.type.split(':')[0]]);
    }
    if (fields.length === 0) expect(Object.keys(members)).toEqual([]);
  });

  it.each(served.map((fact) => [fact.permission, fact] as const))(
    '%s has the words of the definition',
    (name, fact) => {
      const endpoint = endpointOf(name) as AnyEndpoint;
      for (const field of fact.request as Field[]) {
        if (field.enum) expect(memberOf(placeOf(endpoint, field.in), field.name)?.enum).toEqual(wordsOf(name, field));
      }
      for (const field of (fact.response as { fields?: Field[] }).fields ?? []) {
        if (field.enum) expect(memberOf(endpoint.reply, field.name)?.enum).toEqual(field.enum);
      }
    },
  );

  it('is what our own operations are not part of', () => {
    const own = endpoints.filter((endpoint) => endpoint.own).map(({ operation }) => operation);
    const others = endpoints.map(({ operation }) => operation).filter((operation) => !own.includes(operation));
    expect(others.sort()).toEqual([...served.map((fact) => fact.permission), ...signUp].sort());
  });

  it('adds no operation under a name that the definition uses for another path', () => {
    const paths = new Map(facts.map((fact) => [`${fact.method} /v1${fact.path}`, fact.permission]));
    for (const { method, path, operation } of endpoints) {
      expect(paths.get(`${method} ${path}`) ?? operation).toBe(operation);
    }
  });
});

function endpointOf(permission: string): AnyEndpoint | undefined {
  return endpoints.find((endpoint) => endpoint.operation === permission);
}

function placeOf(endpoint: AnyEndpoint, place: string | undefined) {
  if (place === 'query') return endpoint.query;
  return place === 'path' ? endpoint.params : endpoint.body;
}

function memberOf(schema: unknown, name: string): Schema | undefined {
  const { properties, items } = schema as Schema;
  return (items?.properties ?? properties)?.[name];
}

/** The primary address cannot be cleared; here that has a code of its own instead of being no such type. */
function wordsOf(operation: string, field: Field) {
  return operation === 'SystemNotification:deleteSystemNotification' ? ['primary', ...(field.enum ?? [])] : field.enum;
}

/** The type as the facts write it. */
function typeOf(schema: Schema): string | undefined {
  return schema.type === 'array' ? `array<${schema.items?.type}>` : schema.type;
}
