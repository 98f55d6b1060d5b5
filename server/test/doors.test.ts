import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.ts';
import { startTestServer, type TestServer } from './support/server.ts';

type Told = { status: number; headers: Record<string, string>; body: Record<string, unknown>; text: string };

/** What the parser knows, in capitals and not, and what it does not. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY', 'SEARCH'];
const odd = ['PROPFIND', 'LOCK', 'M-SEARCH', 'SOURCE', 'get', 'post', 'Post', 'query', 'FOO', 'GETX', 'QUERYX', 'X'];
const paths: [path: string, allow: string[]][] = [
  ['/v1/auth', ['POST']],
  ['/v1/auth/sessions', ['DELETE', 'GET', 'HEAD']],
  ['/v1/operators/OP0000000000/users/default_permissions', ['DELETE', 'GET', 'HEAD', 'POST', 'PUT']],
  ['/v1/operators/OP0000000000/users/x%2Fy?z=1', ['DELETE', 'GET', 'HEAD', 'POST', 'PUT']],
  ['/healthz', ['GET', 'HEAD']],
  ['/docs', ['GET', 'HEAD']],
  ['/login', ['GET', 'HEAD']],
  ['/security/users', ['GET', 'HEAD']],
  ['/assets/app.js', ['GET', 'HEAD']],
  ['/nowhere', []],
  ['/v1/nowhere', []],
];
const bodies: [headers: string, body: string][] = [
  ['', ''],
  ['Content-Type: application/json\r\nContent-Length: 2\r\n', '{}'],
  ['Content-Length: 1\r\n', 'x'],
  ['Content-Type: x\r\nTransfer-Encoding: chunked\r\n', '1\r\nx\r\n0\r\n\r\n'],
];

const withBodies = ['/v1/auth', '/assets/app.js', '/nowhere'];

describe('every door', () => {
  let server: TestServer;
  let app: FastifyInstance;
  let port: number;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    const dist = mkdtempSync(join(tmpdir(), 'warifu-dist-'));
    mkdirSync(join(dist, 'assets'));
    for (const file of ['login.html', 'app.html', 'favicon.svg', 'assets/app.js']) writeFileSync(join(dist, file), 'x');
    app = await buildApp(server.ctx, dist);
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await app.close();
    await server.stop();
  });

  /** Sends bytes as they are, and reads the first answer to its end. */
  const tell = async (bytes: string): Promise<Told> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write(bytes);
    await once(socket, 'close');
    const text = Buffer.concat(chunks).toString();
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const [first = '', ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const body = rest.join('\r\n\r\n');
    return {
      status: Number(first.split(' ')[1]),
      headers,
      text: body,
      body: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {},
    };
  };
  const ask = (method: string, path: string, headers = '', body = '') =>
    tell(`${method} ${path} HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\n${headers}\r\n${body}`);

  const members = ['code', 'detail', 'message', 'requestId', 'status', 'title', 'type'];
  const expectProblem = (told: Told, status: number, code: string, type = 'application/json') => {
    expect([told.status, told.body.code, told.headers['content-type']]).toEqual([status, code, type]);
    expect(Object.keys(told.body)).toEqual(expect.arrayContaining(members));
    expect(told.body.requestId).toBe(told.headers['x-request-id']);
    expect(told.headers['x-content-type-options']).toBe('nosniff');
    expect(told.headers['cache-control']).toBe('no-store');
  };

  it.each([...methods, ...odd])(
    '%s on a path that does not take it is a 405 with Allow, elsewhere a 404',
    async (method) => {
      for (const [path, allow] of paths) {
        if (allow.includes(method)) continue;
        const plain = odd.includes(method) || method === 'HEAD' || !withBodies.includes(path);
        for (const [headers, body] of plain ? bodies.slice(0, 1) : bodies) {
          const told = await ask(method, path, headers, body);
          const expected = allow.length === 0 ? [404, undefined] : [405, allow.join(', ')];
          expect([method, path, told.status, told.headers.allow]).toEqual([method, path, ...expected]);
          if (method !== 'HEAD')
            expectProblem(told, allow.length === 0 ? 404 : 405, allow.length === 0 ? 'COM0404' : 'COM0405');
        }
      }
      expect(server.log()).not.toContain('request failed');
    },
  );

  it('a method in small letters on a connection that was used before is a 405 too', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost:8787\r\n\r\n');
    expect(String(await once(socket, 'data'))).toContain('HTTP/1.1 200');
    socket.write('post /login HTTP/1.1\r\nHost: localhost:8787\r\n\r\n');
    expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1.1 405 [^]*allow: GET, HEAD\r\n/);
    socket.destroy();
  });

  it.each([
    ['too large headers', 431, 'COM0431', `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['no HTTP at all', 400, 'COM0001', 'hello\r\n\r\n'],
    ['a broken header', 400, 'COM0001', 'GET /healthz HTTP/1.1\r\nHost: localhost:8787\r\nb\0d: x\r\n\r\n'],
    [
      'two lengths',
      400,
      'COM0001',
      'POST /v1/auth HTTP/1.1\r\nHost: localhost:8787\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    ],
    ['no host', 400, 'COM0001', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['another host', 421, 'COM0421', 'GET /docs HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n'],
    ['the target *', 404, 'COM0404', 'OPTIONS * HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\n\r\n'],
    [
      'a whole address',
      405,
      'COM0405',
      'GET http://localhost:8787/v1/auth HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\n\r\n',
    ],
    ['a tunnel', 404, 'COM0404', 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n'],
    [
      'percent signs that mean nothing',
      404,
      'COM0404',
      'GET /v1/%zz HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\n\r\n',
    ],
    [
      'an expectation that nobody has',
      404,
      'COM0404',
      'GET /v1/x HTTP/1.1\r\nHost: localhost:8787\r\nExpect: x\r\nConnection: close\r\n\r\n',
    ],
    [
      'a type that is none',
      415,
      'COM0415',
      'POST /v1/auth HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\nContent-Type: x\r\nContent-Length: 1\r\n\r\nx',
    ],
    [
      'too large a body',
      413,
      'COM0413',
      `POST /v1/auth HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"${'x'.repeat(8998)}"`,
    ],
    [
      'a length that is not kept',
      400,
      'COM0001',
      'POST /v1/auth HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: x\r\n\r\n{}',
    ],
  ])('%s: an answer as all others', async (_, status, code, bytes) => {
    expectProblem(await tell(bytes), status, code);
  });

  it.each([
    ['GET', '/v1/nowhere', 'COM0404', 404],
    ['GET', '/v1/auth', 'COM0405', 405],
    ['get', '/v1/auth', 'COM0405', 405],
    ['CONNECT', '/v1/auth', 'COM0405', 405],
    ['GET', '/v1/auth/sessions', 'AUM0001', 401],
    ['PROPFIND', '/assets/none.js', 'COM0405', 405],
    ['GET', '/assets/none.js', 'COM0404', 404],
    ['GET', `/v1/operators/${'x'.repeat(300)}`, 'AUM0001', 401],
  ] as const)('%s %s: problem+json for who asks for it, in either language', async (method, path, code, status) => {
    for (const accept of [
      'application/problem+json',
      'application/json, Application/Problem+JSON;q=0.5',
      'text/html,application/problem+json ; charset=utf-8',
    ]) {
      const told = await ask(method, path, `Accept: ${accept}\r\nX-Soracom-Lang: ja\r\n`);
      expectProblem(told, status, code, 'application/problem+json');
      expect(told.body.message).toMatch(/[ぁ-ん一-龠]/);
    }
    for (const accept of [
      '*/*',
      'application/*',
      'application/json',
      'application/problem+json;q=0',
      'application/problem+jsonx',
      'text/plain',
      '',
    ]) {
      expectProblem(await ask(method, path, `Accept: ${accept}\r\n`), status, code);
    }
  });

  it('assets have no ranges and answer conditions as they should', async () => {
    const ranged = await ask('GET', '/assets/app.js', 'Range: bytes=900-\r\n');
    expect([ranged.status, ranged.text]).toEqual([200, 'x']);
    const odd = await ask('GET', '/assets/%00');
    expect(odd.status).toBeLessThan(500);
    expect((await ask('GET', '/assets/..%2f..%2fapp.html')).status).toBeLessThan(500);
  });
});
