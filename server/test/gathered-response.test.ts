import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { buildApp } from '../src/app.ts';
import { GatheredResponse } from '../src/http/gathered-response.ts';
import { startTestServer } from './support/server.ts';

describe('answers that go out together', () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const listen = async (answer: RequestListener) => {
    server = createServer({ ServerResponse: GatheredResponse }, answer);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  };
  /** All that comes back for what is sent at once over one connection. */
  const exchange = (port: number, ...paths: readonly string[]) => {
    const client = connect(port, '127.0.0.1');
    const requests = paths.map((path, i) => {
      const last = i === paths.length - 1 ? 'Connection: close\r\n' : '';
      return `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`;
    });
    client.write(requests.join(''));
    return text(client);
  };

  it('are whole and in the order of the requests of a connection', async () => {
    const port = await listen(({ url = '' }, response) => {
      const body = `${url.repeat(50_000)}é`;
      const answer = () => response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
      // The first is the last to be known.
      if (url === '/1') setTimeout(answer, 20);
      else answer();
    });
    const [, ...got] = (await exchange(port, '/1', '/2', '/3')).split('HTTP/1.1');
    const whole = ['/1', '/2', '/3'].map((path, i) => got[i]?.endsWith(`\r\n\r\n${path.repeat(50_000)}é`));
    expect([got.length, whole]).toEqual([3, [true, true, true]]);
  });

  it('are kept from nobody by one whose client has gone, and by one that cannot be sent', async () => {
    const gone = Promise.withResolvers<void>();
    const port = await listen(({ url, socket }, response) => {
      response.writeHead(200);
      if (url === '/gone') {
        socket.destroy();
        gone.resolve();
      }
      // What is no body is an error of the program.
      response.end(url === '/wrong' ? (42 as never) : 'here');
    });
    const others = [exchange(port, '/gone'), exchange(port, '/wrong')];
    const right = await Promise.all(Array.from({ length: 20 }, () => exchange(port, '/right')));
    await gone.promise;
    expect(right.every((received) => received.includes('here'))).toBe(true);
    const broken = await Promise.allSettled(others);
    expect(broken.map((one) => one.status === 'fulfilled' && one.value.includes('here'))).toEqual([false, false]);
  });

  it('are what they were given as, and say when they are out', async () => {
    let out = 0;
    const ends: Record<string, (response: Parameters<RequestListener>[1]) => void> = {
      '/coded': (response) => response.end('aGVsbG8=', 'base64'),
      '/told': (response) => response.end('hello', () => out++),
      '/toldLast': (response) => response.end('hello', undefined as never, () => out++),
      '/wide': (response) => response.end('héllo \u{1f600}'),
    };
    const port = await listen(({ url = '' }, response) => ends[url]?.(response.writeHead(200)));
    const bodies = [];
    for (const path of Object.keys(ends)) bodies.push((await exchange(port, path)).split('\r\n').at(-4));
    expect([bodies, out]).toEqual([['hello', 'hello', 'hello', 'héllo \u{1f600}'], 2]);
  });

  it('say at once when their head cannot be written', async () => {
    let said: unknown;
    const port = await listen((_, response) => {
      response.statusCode = 99;
      try {
        response.end('here');
      } catch (error) {
        said = (error as { code?: string }).code;
      }
      response.statusCode = 500;
      response.end();
    });
    expect(await exchange(port, '/')).toContain('HTTP/1.1 500');
    expect(said).toBe('ERR_HTTP_INVALID_STATUS_CODE');
  });
});

describe('what is no request behind requests', () => {
  it('is refused after they are answered, and not at all when one of them ends the connection', async () => {
    const server = await startTestServer('sqlite');
    const app = await buildApp(server.ctx, join(server.ctx.config.dataDir, 'no-console'));
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const { host } = new URL(server.ctx.config.baseUrl);
    const statuses = async (sent: string) => {
      const client = connect(port, '127.0.0.1');
      client.write(sent);
      const received = await text(client);
      return received
        .split('HTTP/1.1 ')
        .slice(1)
        .map((answer) => answer.slice(0, 3));
    };
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
    const token = 'token=x';
    const type = 'Content-Type: application/x-www-form-urlencoded';
    const revoking = `${get('/v1/oauth2/revoke', `${type}\r\nContent-Length: ${token.length}\r\n`).replace('GET', 'POST')}${token}`;
    expect(await statuses(`${get('/healthz')}${revoking}${get('/readyz')}garbage\r\n\r\n`)).toEqual([
      '200',
      '200',
      '200',
      '400',
    ]);
    expect(await statuses(`${get('/healthz')}CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n`)).toEqual(['200', '404']);
    const last = get('/healthz', 'Connection: close\r\n');
    expect(await statuses(`${get('/healthz')}${last}${get('/healthz')}`)).toEqual(['200', '200']);
    await app.close();
    await server.stop();
  });
});
