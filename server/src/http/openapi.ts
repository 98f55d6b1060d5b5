import { type AnyEndpoint, commonErrors, type ErrorCode, errorTable, factTypes } from '@warifu/contract';

/** OpenAPI 3.1 of every bound operation, made from the same constants that the server checks with. */
export function openApiDocument(endpoints: readonly AnyEndpoint[], publicOnes: ReadonlySet<AnyEndpoint>) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/^\/v1/, '');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint, publicOnes.has(endpoint)) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Warifu', version: '1', description: 'Account security: sign-in, MFA and its recovery, sessions.' },
    servers: [{ url: '/v1' }],
    security: [{ apiKey: [], token: [] }, { bearer: [] }],
    tags: [...new Set(endpoints.map((endpoint) => tagOf(endpoint)))].map((name) => ({ name })),
    paths,
    components: { schemas: { Error: errorSchema }, securitySchemes },
  };
}

const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-Soracom-API-Key' },
  token: { type: 'apiKey', in: 'header', name: 'X-Soracom-Token' },
  bearer: { type: 'http', scheme: 'bearer' },
};

const errorSchema = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    ...Object.fromEntries(Object.entries(factTypes).map(([name, type]) => [name, { type }])),
  },
};

function operation(endpoint: AnyEndpoint, isPublic: boolean) {
  const replySchema = endpoint.status === 204 || isEmpty(endpoint.reply) ? undefined : endpoint.reply;
  return {
    operationId: endpoint.operation.split(':')[1],
    tags: [tagOf(endpoint)],
    summary: endpoint.summary,
    'x-permission': endpoint.operation,
    'x-step-up': endpoint.stepUp,
    ...(isPublic && { security: [] }),
    parameters: [...parameters(endpoint.params, 'path'), ...parameters(endpoint.query, 'query')],
    ...(endpoint.hasBody && {
      requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } },
    }),
    responses: {
      [endpoint.status]: {
        description: 'Done',
        ...(replySchema && { content: { 'application/json': { schema: replySchema } } }),
      },
      ...errorResponses(endpoint),
    },
  };
}

function parameters(schema: unknown, place: 'path' | 'query') {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, object>; required?: string[] };
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: member,
  }));
}

/** One response per status; the codes that may come with it are listed in its description. */
function errorResponses(endpoint: AnyEndpoint) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...endpoint.errors, ...commonErrors]) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Error' } } };
  const entries = [...byStatus].map(([status, codes]) => {
    const description = codes.map(describeCode).join('\n\n');
    return [status, { description, content }] as const;
  });
  return Object.fromEntries(entries);
}

function describeCode(code: ErrorCode): string {
  const row = errorTable[code];
  return `${code}: ${row.en}${'facts' in row ? ` Members: ${row.facts.join(', ')}.` : ''}`;
}

function isEmpty(schema: unknown): boolean {
  const { type, properties } = schema as { type?: string; properties?: object };
  return type === 'object' && Object.keys(properties ?? {}).length === 0;
}

function tagOf(endpoint: AnyEndpoint): string {
  return endpoint.operation.split(':')[0] ?? '';
}
