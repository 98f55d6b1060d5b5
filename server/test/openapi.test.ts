import { commonErrors, endpoints, errorTable } from '@warifu/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/client.ts';
import { endpointOf } from './support/contract.ts';
import { startTestServer, type TestServer } from './support/server.ts';

type Operation = {
  operationId: string;
  summary: string;
  'x-permission': string;
  security?: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
};
type Document = { openapi: string; servers: { url: string }[]; paths: Record<string, Record<string, Operation>> };

describe('the description of the API', () => {
  let server: TestServer;
  let document: Document;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    document = (await call(server, 'GET', '/v1/openapi.json')).body as unknown as Document;
  });
  afterAll(() => server.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    );

  it('is OpenAPI 3.1 and lists every operation of the contract, bound to a handler, with its permission', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const described = operations().map(({ path, method, operation }) => {
      return `${method} ${document.servers[0]?.url}${path} ${operation['x-permission']}`;
    });
    const contract = endpoints.map(({ method, path, operation }) => `${method} ${path} ${operation}`);
    expect(described.sort()).toEqual(contract.sort());
    expect(server.app.warifu.bindings).toHaveLength(endpoints.length);
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes input, success and every declared error of each', () => {
    for (const { path, method, operation } of operations()) {
      const endpoint = endpointOf(method, `/v1${path.replace(/\{\w+\}/g, 'x')}`);
      expect(operation.summary.length).toBeGreaterThan(10);
      expect(operation.requestBody !== undefined).toBe(endpoint?.hasBody);
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      expect(operation.responses[String(endpoint?.status)]?.description).toBe('Done');
      for (const code of [...(endpoint?.errors ?? []), ...commonErrors]) {
        const { description = '', content = {} } = operation.responses[String(errorTable[code].status)] ?? {};
        expect([path, code, description.includes(code)]).toEqual([path, code, true]);
        expect(Object.keys(content)).toEqual(['application/problem+json']);
      }
    }
  });

  it('marks what needs no session, and nothing else', () => {
    const open = operations().filter(({ operation }) => operation.security?.length === 0);
    const anyone = server.app.warifu.bindings.filter((binding) => binding.guard === 'anyone');
    expect(open.map(({ operation }) => operation['x-permission']).sort()).toEqual(
      anyone.map(({ endpoint }) => endpoint.operation).sort(),
    );
  });

  it('is shown to people, with every operation and without a script', async () => {
    const page = await call(server, 'GET', '/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const { path, operation } of endpoints) {
      expect(page.text).toContain(operation);
      expect(page.text).toContain(path);
    }
    expect(page.text).not.toMatch(/<script|javascript:|\son\w+=|style="/i);
  });

  it('the watch on undeclared codes does see one', async () => {
    const { assertDeclared } = await import('./support/contract.ts');
    const body = (code: string) => JSON.stringify({ code });
    expect(() => assertDeclared('POST', '/v1/auth', 401, body('AUM0002'))).not.toThrow();
    expect(() => assertDeclared('POST', '/v1/auth', 400, body('MFA0010'))).toThrow(/does not declare/);
    expect(() => assertDeclared('POST', '/v1/auth/logout', 200, '')).toThrow(/answered 200/);
    expect(() => assertDeclared('GET', '/v1/setup', 200, '{"setupDone":true}')).toThrow(/not its reply/);
  });
});
