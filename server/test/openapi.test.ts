import { createConfig, lintFromString } from '@redocly/openapi-core';
import { type AnyEndpoint, commonErrors, endpoints, errorTable, gateEndpoints } from '@warifu/contract';
import { Compile } from 'typebox/compile';
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
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; headers: object; content?: Record<string, { schema: object }> }>;
};
/** Methods, and `servers` where the path is not below the document's. */
type PathItem = { servers?: { url: string }[] } & Record<string, unknown>;
type Document = {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, PathItem>;
  components: { schemas: Record<string, object> };
};

const served = [...endpoints, ...gateEndpoints];

describe('the description of the API', () => {
  let server: TestServer;
  let document: Document;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    document = (await call(server, 'GET', '/v1/openapi.json')).body as unknown as Document;
  });
  afterAll(() => server.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, { servers, ...methods }]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, operation]) => {
        const base = (servers ?? document.servers)[0]?.url ?? '';
        return { path: base.replace(/\/$/, '') + path, method: method.toUpperCase(), operation };
      }),
    );

  it('is OpenAPI 3.1 and lists every operation of the contract, bound to a handler, with its permission', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const described = operations().map(({ path, method, operation }) => {
      return `${method} ${path} ${operation['x-permission']}`;
    });
    const contract = served.map(({ method, path, operation }) => `${method} ${path} ${operation}`);
    expect(described.sort()).toEqual(contract.sort());
    expect(server.app.warifu.bindings).toHaveLength(served.length);
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes input, success and every declared error of each', () => {
    for (const { path, method, operation } of operations()) {
      const endpoint = endpointOf(method, path.replace(/\{\w+\}/g, 'x'));
      expect(operation.summary.length).toBeGreaterThan(10);
      expect(operation.requestBody !== undefined).toBe(endpoint?.hasBody);
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      expect(operation.responses[String(endpoint?.status)]?.description).toBe('Done');
      for (const code of [...(endpoint?.errors ?? []), ...commonErrors]) {
        const { description = '', content = {} } = operation.responses[String(errorTable[code].status)] ?? {};
        expect([path, code, description.includes(code)]).toEqual([path, code, true]);
        expect(Object.keys(content)).toEqual(['application/json', 'application/problem+json']);
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

  it('is clean by the rules that Redocly recommends', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const source = JSON.stringify(document);
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    const found = problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
    expect(found).toEqual([]);
    const broken = JSON.stringify({ ...document, paths: { '/x': { get: { responses: {} } } } });
    expect(await lintFromString({ source: broken, absoluteRef: 'openapi.json', config })).not.toEqual([]);
  });

  it('has words as enum, and a name for each object that is sent or answered', () => {
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/"(anyOf|oneOf|const)":/);
    expect(text).toContain('"enum":["ACTIVE","INACTIVE","UNCONFIRMED"]');
    for (const { operation } of operations()) {
      const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
        Object.values(part?.content ?? {}),
      );
      for (const { schema } of contents as { schema: { $ref?: string; items?: { $ref?: string } } }[]) {
        const name = (schema.$ref ?? schema.items?.$ref)?.replace('#/components/schemas/', '') ?? '';
        expect([operation.operationId, name in document.components.schemas]).toEqual([operation.operationId, true]);
      }
    }
  });

  it('asks for a body only where a member is required, and has an example that fits each', () => {
    for (const { path, method, operation } of operations()) {
      const endpoint = endpointOf(method, path.replace(/\{\w+\}/g, 'x')) as AnyEndpoint;
      const { required = [] } = endpoint.body as { required?: string[] };
      if (endpoint.hasBody) expect([path, operation.requestBody?.required]).toEqual([path, required.length > 0]);
      const examples = [
        [endpoint.body, operation.requestBody?.content],
        [endpoint.reply, operation.responses[String(endpoint.status)]?.content],
      ] as const;
      for (const [schema, content] of examples) {
        if (!content) continue;
        const type =
          schema === endpoint.body && endpoint.form ? 'application/x-www-form-urlencoded' : 'application/json';
        const { example } = content[type] as unknown as { example: unknown };
        expect([path, Compile(schema).Errors(example)]).toEqual([path, []]);
      }
    }
  });

  it('names the headers of each answer', () => {
    const headersOf = (id: string, status: string) =>
      Object.keys(
        operations().find(({ operation }) => operation.operationId === id)?.operation.responses[status]?.headers ?? {},
      );
    expect(headersOf('verifyMFA', '200')).toEqual(['X-Request-Id', 'Warifu-Ignored', 'Warifu-Receipt']);
    expect(headersOf('getApiAuditLogs', '200')).toEqual(['X-Request-Id', 'Warifu-Ignored', 'X-Soracom-Next-Key']);
    expect(headersOf('getRole', '200')).toEqual(['X-Request-Id', 'Warifu-Ignored', 'ETag']);
    expect(headersOf('stepUp', '200')).toEqual(['X-Request-Id']);
    expect(headersOf('stepUp', '429')).toEqual(['X-Request-Id', 'Retry-After']);
    expect(headersOf('getUser', '503')).toEqual(['X-Request-Id', 'Retry-After']);
  });

  it('is shown to people, with every operation and without a script', async () => {
    const page = await call(server, 'GET', '/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const { path, operation } of served) {
      expect(page.text).toContain(operation);
      expect(page.text).toContain(path);
    }
    expect(page.text).not.toMatch(/<script|javascript:|\son\w+=|style="/i);
  });

  it('is shown in Japanese to who asks for it, and to who chose it in the console on this browser', async () => {
    const inLanguage = (headers: Record<string, string>) => call(server, 'GET', '/docs', { headers });
    const japanese = await inLanguage({ 'accept-language': 'ja,en;q=0.5' });
    expect(japanese.text).toContain('<html lang="ja">');
    for (const { operation, summary } of served) {
      expect(japanese.text).toContain(operation);
      expect([operation, japanese.text.includes(`<p>${summary}</p>`)]).toEqual([operation, false]);
    }
    expect(japanese.text).not.toMatch(/>(?:Permission|Needs|Body|Query|Errors)<|\boptional\b|\bempty\b|null|undefined/);
    expect(japanese.headers['vary']).toBe('accept-language, cookie');
    const chosen = (language: string) =>
      inLanguage({ 'accept-language': 'en', cookie: `a=b; warifu-language=${language}` });
    expect((await chosen('ja')).text).toContain('<html lang="ja">');
    expect((await chosen('de"><script>')).text).toContain('<html lang="en">');
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
