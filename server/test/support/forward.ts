import { expect } from 'vitest';
import { saveCatalogue } from '../../src/gate/catalogue/catalogues.ts';
import { readDescription } from '../../src/gate/catalogue/description.ts';
import type { Credentials } from './client.ts';
import { byHost } from './host.ts';
import { inject } from './inject.ts';
import type { TestServer } from './server.ts';

const proxy = '203.0.113.9';
/** What a server is started with that the proxy may ask. */
export const trusting = { WARIFU_TRUSTED_PROXIES: `${proxy}/32` };

export const doors = ['auth-request', 'forward-auth', 'ext-authz'] as const;
export type Door = (typeof doors)[number];

export type Original = { readonly method?: string; readonly host?: string; readonly uri: string };

type Sent = Record<string, string | string[]>;
export type Asked = { readonly as?: Credentials | undefined; readonly headers?: Sent; readonly peer?: string };

/** As the proxies of each kind ask about a request of a client. */
export async function askAs(server: TestServer, door: Door, original: Original, asked: Asked = {}) {
  const { method = 'GET', host = 'shop.example.com', uri } = original;
  const { as, headers = {}, peer = proxy } = asked;
  const told: Record<Door, { method: string; url: string; headers: Sent }> = {
    'auth-request': {
      method: 'GET',
      url: '/api/authz/auth-request',
      headers: { host: '127.0.0.1:8787', 'x-original-method': method, 'x-original-url': `https://${host}${uri}` },
    },
    'forward-auth': {
      method: 'GET',
      url: '/api/authz/forward-auth',
      headers: {
        host,
        'x-forwarded-method': method,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': host,
        'x-forwarded-uri': uri,
      },
    },
    'ext-authz': { method, url: `/api/authz/ext-authz${uri}`, headers: { host, 'x-forwarded-proto': 'https' } },
  };
  const one = told[door];
  const response = await inject(server.app, {
    method: one.method as 'GET',
    url: one.url,
    remoteAddress: peer,
    headers: {
      'x-forwarded-for': '198.51.100.7',
      ...one.headers,
      ...(as && { 'x-soracom-api-key': as.apiKey, 'x-soracom-token': as.token }),
      ...headers,
    },
  });
  // Whoever keeps it would answer for somebody else.
  expect(response.headers['cache-control']).toBe('no-store');
  const text = response.body;
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.statusCode, headers: response.headers, text, body };
}

/** Imports what a guarded program can do: `Tag:operationId` by method and path, as `GET /items/{id}`. */
export async function describeApi(
  server: TestServer,
  name: string,
  operations: Readonly<Record<string, string>>,
  { host = `${name}.example.com`, unknown = 'deny' }: { host?: string; unknown?: 'deny' | 'signed in' } = {},
): Promise<void> {
  const paths: Record<string, Record<string, object>> = {};
  for (const [place, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = place.split(' ');
    const [tag, operationId] = operation.split(':');
    (paths[path] ??= {})[method.toLowerCase()] = { tags: [tag], operationId };
  }
  const described = readDescription(JSON.stringify({ openapi: '3.0.0', paths })).operations;
  const imported = { operatorId: '', name, host, unknown, operations: described };
  await saveCatalogue(byHost(server, 'catalogue import'), imported);
}
