import type { Door } from './forward.ts';

/**
 * What proxies send that are not started in tests, as their documentation and sources tell it.
 * Traefik 3: middlewares/auth/forward.go, with `authRequestHeaders` (as `proxy-config` prints it) and without.
 * Envoy 1.35: ext_authz over HTTP; `Host`, method, path, `Content-Length` and `Authorization` always go along, and its
 * own address at the end of `X-Forwarded-For`.
 */
export type Client = { method: string; uri: string; headers: Record<string, string> };
type Recorded = { method: string; url: string; headers: Record<string, string> };

export const recorded: Readonly<Record<string, { door: Door; asks: (client: Client) => Recorded }>> = {
  'Traefik with authRequestHeaders': {
    door: 'forward-auth',
    asks: ({ method, uri, headers }) => ({
      method: 'GET',
      url: '/api/authz/forward-auth',
      headers: {
        host: '10.0.0.8:8787',
        'user-agent': 'Go-http-client/1.1',
        ...headers,
        'x-forwarded-for': '198.51.100.7',
        'x-forwarded-host': 'shop.example.com',
        'x-forwarded-method': method,
        'x-forwarded-proto': 'https',
        'x-forwarded-uri': uri,
        'accept-encoding': 'gzip',
      },
    }),
  },
  'Traefik with every header of the client': {
    door: 'forward-auth',
    asks: ({ method, uri, headers }) => ({
      method: 'GET',
      url: '/api/authz/forward-auth',
      headers: {
        host: '10.0.0.8:8787',
        ...headers,
        'x-forwarded-for': '198.51.100.7',
        'x-forwarded-host': 'shop.example.com',
        'x-forwarded-method': method,
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
        'x-forwarded-server': 'edge-1',
        'x-forwarded-uri': uri,
        'x-real-ip': '198.51.100.7',
        'accept-encoding': 'gzip',
      },
    }),
  },
  Envoy: {
    door: 'ext-authz',
    asks: ({ method, uri, headers }) => ({
      method,
      url: `/api/authz/ext-authz${uri}`,
      headers: {
        host: 'shop.example.com',
        'content-length': '0',
        ...headers,
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '198.51.100.7,203.0.113.9',
        'x-envoy-internal': 'true',
        'x-envoy-expected-rq-timeout-ms': '10000',
      },
    }),
  },
};
