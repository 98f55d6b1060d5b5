import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { limitSockets } from '../src/http/sockets.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const bounds = { sockets: 12, socketsPerSource: 4 };
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('R68: sockets that say nothing', () => {
  let server: Server;
  let held: ServerResponse[] = [];
  const clients = new Set<Socket>();
  const listen = async (trustedProxies: readonly string[] = []) => {
    server = createServer((request, response) => {
      if (request.url === '/slow') held.push(response);
      else response.end('here');
    });
    limitSockets(server, trustedProxies, bounds);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  };
  afterEach(() => {
    for (const client of clients) client.destroy();
    clients.clear();
    held = [];
    server.close();
  });

  /** A client at one of the many loopback addresses, as it is seen by the server. */
  const open = async (host: number) => {
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${host}` });
    client.on('error', () => {});
    clients.add(client);
    await Promise.all([once(client, 'connect'), once(server, 'connection')]);
    return client;
  };
  const isServed = async (client: Socket, request = get) => {
    client.write(request);
    const outcome = await Promise.race([once(client, 'data'), once(client, 'close')]);
    return String(outcome[0]).startsWith('HTTP/1.1 200');
  };
  /** Whether the server has let go of a client, after all that it was asked. */
  const isCut = async (client: Socket) => {
    await isServed(await open(250)).catch(() => false);
    return client.destroyed || client.readableEnded;
  };

  it('a source that holds all of its own gets another one, and loses its oldest', async () => {
    await listen();
    const silent = [await open(2), await open(2), await open(2), await open(2)];
    const newest = await open(2);
    expect(await isServed(newest)).toBe(true);
    expect([silent.map((client) => client.readyState), await isCut(silent[0] as Socket)]).toEqual([
      ['closed', 'open', 'open', 'open'],
      true,
    ]);
  });

  it('when all are taken, a new client is served, at the cost of the source that has the most', async () => {
    await listen();
    const alone = [await open(10), await open(11)];
    for (const client of alone) expect(await isServed(client)).toBe(true);
    for (const host of [2, 2, 2, 2, 3, 3, 3, 3, 4, 4]) await open(host);
    for (let host = 20; host < 26; host++) expect([host, await isServed(await open(host))]).toEqual([host, true]);
    // Who has one socket keeps it, though it is the oldest and idle.
    for (const client of alone) expect(await isServed(client)).toBe(true);
  });

  it('what is being answered never gives way; only when all are, a new client is refused', async () => {
    await listen();
    const busy: Socket[] = [];
    for (let i = 0; i < bounds.sockets; i++) {
      const client = await open(2 + (i % 4));
      busy.push(client);
      client.write(get.replace('/', '/slow'));
      while (held.length <= i) await wait(1);
    }
    expect(await isServed(await open(30))).toBe(false);
    for (const response of held) response.end('late');
    for (const client of busy) expect(String((await once(client, 'data'))[0])).toContain('200');
    expect(await isServed(await open(30))).toBe(true);
  });

  it('a request that does not come to an end gives way like silence', async () => {
    await listen();
    for (let i = 0; i < bounds.sockets; i++) {
      const client = await open(2 + (i % 4));
      client.write(
        i % 2 === 0 ? 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf' : 'GET / HTTP/1.1\r\nHo',
      );
    }
    expect(await isServed(await open(31))).toBe(true);
  });

  it('those of a listed proxy are not cut for others, nor bounded as one source', async () => {
    await listen(['127.0.0.9/32']);
    const proxied = [];
    for (let i = 0; i < 8; i++) proxied.push(await open(9));
    for (const host of [2, 2, 3, 3]) await open(host);
    expect(await isServed(await open(5))).toBe(true);
    for (const client of proxied) expect(await isServed(client)).toBe(true);
  });
});

describe('R68: slow clients of a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterAll(() => server.stop());

  it('silence, slow headers and slow bodies are cut at 10 and 15 seconds, not when somebody happens to look', async () => {
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    const said = [
      '',
      'GET /healthz HTTP/1.1\r\nHos',
      'POST /v1/auth HTTP/1.1\r\nHost: localhost:8787\r\nContent-Length: 9\r\n\r\n{',
    ];
    const ends = said.map(async (text) => {
      const client = connect({ port, host: '127.0.0.1' });
      client.on('error', () => {}).resume();
      client.write(text);
      await once(client, 'close');
    });
    // The library itself would look after 30 and 60 seconds.
    await Promise.all(ends);
  });
});
