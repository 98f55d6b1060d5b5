import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../src/app.ts';
import { startTraces } from '../src/traces/traces.ts';
import { call } from './support/client.ts';
import { newRoot } from './support/people.ts';
import { startTestServer, type TestServer } from './support/server.ts';

type Attribute = { key: string; value: { stringValue?: string; intValue?: number } };
type Span = { name: string; traceId: string; parentSpanId?: string; kind: number; attributes: Attribute[] };
type Sent = { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[] };

/** A collector that keeps what it gets. */
async function startCollector() {
  const got: { path: string; body: Sent; text: string }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = (await json(request)) as Sent;
    got.push({ path: request.url ?? '', body, text: JSON.stringify(body) });
    response.setHeader('content-type', 'application/json').end('{}');
  };
  const collector = createServer((request, response) => void take(request, response));
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const spans = () =>
    got.flatMap(({ body }) => body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((s) => s.spans)));
  return { url, got, spans, close: () => collector.close() };
}

const valuesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

describe('traces', () => {
  let server: TestServer;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  beforeAll(async () => {
    collector = await startCollector();
    server = await startTestServer('sqlite', { WARIFU_TRUSTED_PROXIES: '192.0.2.1/32' });
  });
  afterAll(async () => {
    await server.stop();
    collector.close();
  });
  afterEach(() => void vi.unstubAllEnvs());

  /** The server with traces of its own, what is done with it, and what the collector then has. */
  const traced = async (work: (server: TestServer) => Promise<void>) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const traces = await startTraces(process.env);
    if (!traces) throw new Error('no traces');
    const app = await buildApp(server.ctx, join(server.ctx.config.dataDir, 'no-console'), traces);
    collector.got.splice(0);
    await work({ ...server, app });
    await app.close();
    await traces.stop();
    return collector.spans();
  };

  it('tell a collector of each request, by its route, and of nobody', async () => {
    const root = await newRoot(server);
    const secret = 'pebble-harbour-quilt';
    let requestId = '';
    const spans = await traced(async (one) => {
      const body = { email: root.email, password: root.password };
      const { token, apiKey } = (await call(one, 'POST', '/v1/auth', { body })).body as Record<string, string>;
      const as = { token: String(token), apiKey: String(apiKey) };
      const path = `/v1/operators/${root.operatorId}/users/taro?x=${secret}`;
      requestId = String((await call(one, 'GET', path, { as })).headers['x-request-id']);
      await call(one, 'GET', `/${secret}`, { headers: { 'user-agent': secret } });
    });
    expect(spans.map(({ name }) => name)).toEqual([
      'POST /v1/auth',
      'GET /v1/operators/:operator_id/users/:user_name',
      'GET none',
    ]);
    expect(valuesOf(spans[1]?.attributes ?? [])).toEqual({
      'http.request.method': 'GET',
      'http.route': '/v1/operators/:operator_id/users/:user_name',
      'http.response.status_code': 404,
      'warifu.request_id': requestId,
    });
    expect(collector.got[0]?.path).toBe('/v1/traces');
    const resource = valuesOf(collector.got[0]?.body.resourceSpans[0]?.resource.attributes ?? []);
    expect(resource).toMatchObject({ 'service.name': 'warifu', 'service.version': expect.stringMatching(/^\d/) });
    for (const { text } of collector.got) {
      for (const hidden of [secret, root.email, root.operatorId, 'taro', '198.51.100', 'api-']) {
        expect(text).not.toContain(hidden);
      }
    }
  });

  it('go on with the trace of a listed proxy, and of nobody else', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const spans = await traced(async (one) => {
      await call(one, 'GET', '/healthz', { headers, ip: '192.0.2.1' });
      await call(one, 'GET', '/healthz', { headers, ip: '198.51.100.7' });
    });
    expect([spans[0]?.traceId, spans[0]?.parentSpanId]).toEqual([traceId, '00f067aa0ba902b7']);
    expect(spans[1]?.traceId).not.toBe(traceId);
  });

  it.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_EXPORTER: 'none' },
  ])('are not there with %o', async (env) => {
    expect(await startTraces(env)).toBeUndefined();
  });
});
