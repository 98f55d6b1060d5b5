import { type AnyEndpoint, accessOf, commonErrors, type ErrorCode, errorTable, noWayBack } from '@warifu/contract';
import { mustConfirm } from '../ways-back/harmless.ts';
import { exampleError, exampleOf } from './openapi-examples.ts';
import { componentHeaders, errorSchema, headersOf } from './openapi-parts.ts';
import { newSchemas, type Schema, type Schemas } from './openapi-schemas.ts';

/** OpenAPI 3.1 of every bound operation, made from the same constants that the server checks with. */
export function openApiDocument(endpoints: readonly AnyEndpoint[], publicOnes: ReadonlySet<AnyEndpoint>) {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas = newSchemas();
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/^\/v1/, '');
    const described = operation(endpoint, publicOnes.has(endpoint), schemas);
    const elsewhere = path === endpoint.path && { servers: [{ url: '/' }] };
    paths[path] = { ...paths[path], ...elsewhere, [endpoint.method.toLowerCase()]: described };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Warifu',
      version: '1',
      description: 'Account security: sign-in, MFA and its recovery, sessions, permissions.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v1' }],
    security: [{ apiKey: [], token: [] }, { bearer: [] }],
    tags: [...new Set(endpoints.map((endpoint) => tagOf(endpoint)))].map((name) => ({ name, description: tags[name] })),
    paths,
    components: { schemas: { Error: errorSchema, ...schemas.named }, headers: componentHeaders, securitySchemes },
  };
}

const tags: Record<string, string> = {
  AuditLog: 'What happened, and who did it.',
  Authz: 'What guarded programs ask, with a gate key.',
  Auth: 'Signing in, sessions, password reset, switching users.',
  Email: "The operator's email addresses.",
  Operator: 'The operator and its root user: password, MFA and its reset, auth keys.',
  Role: 'Named permissions that users attach.',
  SystemNotification: 'Which addresses serve which purpose.',
  Catalogue: 'The operations of guarded APIs, imported from their OpenAPI files.',
  User: 'SAM users: credentials, MFA, permissions, trust policies.',
};

const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-Soracom-API-Key' },
  token: { type: 'apiKey', in: 'header', name: 'X-Soracom-Token' },
  bearer: { type: 'http', scheme: 'bearer' },
  gateKey: { type: 'http', scheme: 'bearer', description: 'A gate key of the host.' },
};

function operation(endpoint: AnyEndpoint, isPublic: boolean, schemas: Schemas) {
  const operationId = endpoint.operation.split(':')[1] ?? '';
  return {
    operationId,
    tags: [tagOf(endpoint)],
    summary: endpoint.summary,
    'x-permission': endpoint.operation,
    'x-step-up': endpoint.stepUp,
    ...(isPublic && { security: [] }),
    ...(accessOf(endpoint) === 'gate key' && { security: [{ gateKey: [] }] }),
    parameters: [
      ...parameters(endpoint.params, 'path', schemas),
      ...parameters(endpoint.query, 'query', schemas),
      ...(endpoint.errors.includes('COM0412') ? [ifMatch] : []),
      ...(mustConfirm(endpoint, false) ? [confirmation] : []),
    ],
    ...(endpoint.hasBody && {
      requestBody: requestBody(endpoint, schemas.use(endpoint.body, nameOf(operationId, 'Request'))),
    }),
    responses: {
      [endpoint.status]: success(endpoint, schemas, nameOf(operationId, 'Response')),
      ...errorResponses(endpoint),
    },
  };
}

const confirmation = {
  name: 'Warifu-Confirm',
  in: 'header',
  required: false,
  description: 'With `no-way-back` the call is done although somebody then gets in less well (`MFA0037`).',
  schema: { type: 'string', enum: [noWayBack] },
  example: noWayBack,
};

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` of what was read: the change is refused when it reads otherwise by now.',
  schema: { type: 'string' },
  example: '"x1UoQwQ0v5bN3kq2cZtL0gx1UoQwQ0v5"',
};

/** A body of which nothing is required may be left out as a whole. */
function requestBody(endpoint: AnyEndpoint, schema: Schema) {
  const { required = [] } = endpoint.body as Schema;
  const type = endpoint.form ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    required: required.length > 0,
    content: { [type]: { schema, example: exampleOf(endpoint.body as Schema, endpoint.operation) } },
  };
}

function success(endpoint: AnyEndpoint, schemas: Schemas, name: string) {
  const reply = endpoint.reply as Schema;
  const headers = headersOf([...(endpoint.own ? [] : (['warifu-ignored'] as const)), ...endpoint.headers]);
  if (endpoint.status === 204 || isEmpty(reply)) return { description: 'Done', headers };
  const content = { schema: schemas.use(reply, name), example: exampleOf(reply, endpoint.operation) };
  return { description: 'Done', headers, content: { 'application/json': content } };
}

function parameters(schema: unknown, place: 'path' | 'query', schemas: Schemas) {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: schemas.inline(member),
    example: exampleOf(member, name),
  }));
}

/** One response per status; the codes that may come with it are listed in its description. */
function errorResponses(endpoint: AnyEndpoint) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...endpoint.errors, ...commonErrors]) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const schema = { $ref: '#/components/schemas/Error' };
  const entries = [...byStatus].map(([status, codes]) => {
    const description = codes.map(describeCode).join('\n\n');
    const content = { schema, example: exampleError(codes[0] as ErrorCode) };
    const headers = headersOf(status === 429 || status === 503 ? ['retry-after'] : []);
    const types = { 'application/json': content, 'application/problem+json': content };
    return [status, { description, headers, content: types }] as const;
  });
  return Object.fromEntries(entries);
}

function describeCode(code: ErrorCode): string {
  const row = errorTable[code];
  return `${code}: ${row.en}${'facts' in row ? ` Members: ${row.facts.join(', ')}.` : ''}`;
}

function isEmpty({ type, properties }: Schema): boolean {
  return type === 'object' && Object.keys(properties ?? {}).length === 0;
}

function tagOf(endpoint: AnyEndpoint): string {
  return endpoint.operation.split(':')[0] ?? '';
}

function nameOf(operationId: string, what: 'Request' | 'Response'): string {
  return operationId.charAt(0).toUpperCase() + operationId.slice(1) + what;
}
