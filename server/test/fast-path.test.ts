import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FastAnswers, readConnections } from '../src/http/fast-path/connections.ts';
import { readPlainRequest } from '../src/http/fast-path/plain-request.ts';
import { sendSoon } from '../src/http/fast-path/send.ts';

const plain = ({ route = 'GET /fast', headers = [] as string[], body = '' } = {}) =>
  [`${route} HTTP/1.1`, 'Host: x', ...headers, '', body].join('\r\n');
const posted = (body: string, headers: string[] = []) =>
  plain({ route: 'POST /fast', headers: [`Content-Length: ${Buffer.byteLength(body)}`, ...headers], body });

describe('the fast path of a connection', () => {
  let server: Server;
  let stop = () => {};
  const sockets: Socket[] = [];
  /** Answers of the framework that wait to be let go. */
  let held: (() => void)[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    held = [];
    server.close();
  });

  async function listen(filler = '') {
    const answer = async (request: IncomingMessage) => {
      const { method, url, headers } = request;
      const body = await text(request);
      if (body === 'hold') await new Promise<void>((resolve) => held.push(resolve));
      return `<slow ${method} ${url} ${String(headers['x-tag'] ?? '')} ${body}>`;
    };
    server = createServer((request, response) => {
      void answer(request).then((told) => response.end(told));
    });
    const fast = (name: string) => `<fast ${name}>${filler}`;
    const send = (socket: Socket, said: string) =>
      sendSoon(socket, `HTTP/1.1 200 OK\r\nContent-Length: ${said.length}\r\n\r\n${said}`, true);
    const answers: FastAnswers = new Map([
      ['GET /fast', ({ socket, headers }) => (send(socket, fast(String(headers['x-tag'] ?? ''))), true)],
      ['POST /fast', ({ socket, body }) => (String(body) === 'fast' ? (send(socket, fast('body')), true) : false)],
    ]);
    stop = readConnections(server, answers);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  }

  async function open(): Promise<Socket & { heard: string }> {
    const { port } = server.address() as AddressInfo;
    const socket = Object.assign(connect(port, '127.0.0.1'), { heard: '' });
    sockets.push(socket);
    socket.on('data', (chunk) => {
      socket.heard += String(chunk);
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  const said = ({ heard }: { heard: string }) => heard.match(/<[^>]*>|HTTP\/1\.1 4\d\d/g) ?? [];
  const hears = (client: { heard: string }, wanted: readonly string[]) =>
    expect.poll(() => said(client), { timeout: 60_000 }).toEqual(wanted);

  it('answers one request after the other, and what it leaves to the framework in its turn', async () => {
    await listen();
    const client = await open();
    client.write(plain({ headers: ['X-Tag: 1'] }));
    await hears(client, ['<fast 1>']);
    client.write(posted('other', ['X-Tag: 2']));
    await hears(client, ['<fast 1>', '<slow POST /fast 2 other>']);
    client.write(plain({ headers: ['X-Tag: 3'] }));
    await hears(client, ['<fast 1>', '<slow POST /fast 2 other>', '<fast 3>']);
  });

  it('keeps the order, and reads no more, while the framework is at work', async () => {
    await listen();
    const client = await open();
    client.setNoDelay(true);
    client.write(posted('hold', ['X-Tag: 1']));
    await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
    client.write(plain({ headers: ['X-Tag: 2'] }));
    const other = await open();
    other.write(plain({ headers: ['X-Tag: 3'] }));
    await hears(other, ['<fast 3>']);
    expect(said(client)).toEqual([]);
    held[0]?.();
    await hears(client, ['<slow POST /fast 1 hold>', '<fast 2>']);
  });

  it.each([
    ['several in one piece', [plain() + plain({ route: 'GET /other' })], ['<slow GET /fast  >', '<slow GET /other  >']],
    ['one in two pieces', [plain().slice(0, 20), plain().slice(20)], ['<slow GET /fast  >']],
    ['another route', [plain({ route: 'GET /other' })], ['<slow GET /other  >']],
    ['a body that comes later', [posted('fast').slice(0, -4), 'fast'], ['<slow POST /fast  fast>']],
  ])('leaves to the library: %s', async (_, pieces, wanted) => {
    await listen();
    const client = await open();
    client.setNoDelay(true);
    for (const piece of pieces) {
      client.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await hears(client, wanted);
    // For good: where the next request begins is known to the library only.
    client.write(plain({ headers: ['X-Tag: last'] }));
    await hears(client, [...wanted, '<slow GET /fast last >']);
  });

  // Where one parser sees one request and another one two, somebody's request is answered to somebody else.
  it.each([
    ['a length and chunks', posted('fast', ['Transfer-Encoding: chunked'])],
    ['chunks', plain({ route: 'POST /fast', headers: ['Transfer-Encoding: chunked'], body: '4\r\nfast\r\n0\r\n\r\n' })],
    ['two lengths', posted('fast', ['Content-Length: 4'])],
    ['two lengths that differ', posted('fast', ['Content-Length: 0'])],
    ['a length with a sign', plain({ route: 'POST /fast', headers: ['Content-Length: +4'], body: 'fast' })],
    ['a length with zeros', plain({ route: 'POST /fast', headers: ['Content-Length: 004'], body: 'fast' })],
    ['a length in hexadecimal', plain({ route: 'POST /fast', headers: ['Content-Length: 0x4'], body: 'fast' })],
    ['a list of lengths', plain({ route: 'POST /fast', headers: ['Content-Length: 4, 4'], body: 'fast' })],
    ['a blank before the colon', plain({ route: 'POST /fast', headers: ['Content-Length : 4'], body: 'fast' })],
    ['a folded line', plain({ headers: ['X-Tag: a', ' b'] })],
    ['a bare line feed', plain({ headers: ['X-Tag: a\nX-Other: b'] })],
    ['a bare carriage return', plain({ headers: ['X-Tag: a\rX-Other: b'] })],
    ['NUL', plain({ headers: ['X-Tag: a\0b'] })],
    ['a tab', plain({ headers: ['X-Tag:\ta'] })],
    ['no blank behind the colon', plain({ headers: ['X-Tag:a'] })],
    ['two blanks behind the colon', plain({ headers: ['X-Tag:  a'] })],
    ['a blank at the end', plain({ headers: ['X-Tag: a '] })],
    ['a name twice', plain({ headers: ['X-Tag: a', 'x-tag: b'] })],
    ['two hosts', plain({ headers: ['Host: y'] })],
    ['no host', 'GET /fast HTTP/1.1\r\n\r\n'],
    ['a line before', `\r\n${plain()}`],
    ['a body of GET', plain({ headers: ['Content-Length: 4'], body: 'fast' })],
    ['bytes after it', `${plain()}X`],
    ['an older version', plain().replace('1.1', '1.0')],
    ['a whole URL', plain({ route: 'GET http://x/fast' })],
    ['two blanks in the first line', plain({ route: 'GET  /fast' })],
    ['small letters', plain({ route: 'get /fast' })],
    ['a connection that ends', plain({ headers: ['Connection: close'] })],
    ['an upgrade', plain({ headers: ['Connection: upgrade', 'Upgrade: h2c'] })],
    ['an expectation', posted('fast', ['Expect: 100-continue'])],
    ['an underscore', plain({ headers: ['X_Tag: a'] })],
    ['a name that objects have', plain({ headers: ['constructor: a', '__proto__: b'] })],
    ['more than ASCII', plain({ headers: ['X-Tag: é'] })],
    ['more headers than programs send', plain({ headers: Array.from({ length: 100 }, (_, i) => `X-${i}: a`) })],
    ['a head that is too long', plain({ headers: [`X-Tag: ${'a'.repeat(16 * 1024)}`] })],
  ])('SECURITY: never takes %s', async (_, odd) => {
    await listen();
    const client = await open();
    client.end(odd, 'latin1');
    await once(client, 'close');
    expect(said(client).filter((one) => one.startsWith('<fast'))).toEqual([]);
    expect(said(client).length).toBeLessThanOrEqual(2);
  });

  it('answers who closes its side after it asked', async () => {
    await listen();
    const [one, other] = [await open(), await open()];
    one.end(plain({ headers: ['X-Tag: 1'] }));
    other.end(posted('other', ['X-Tag: 2']));
    await Promise.all([once(one, 'close'), once(other, 'close')]);
    expect([said(one), said(other)]).toEqual([['<fast 1>'], ['<slow POST /fast 2 other>']]);
  });

  it('reads no more from who takes no answers', async () => {
    const large = 'x'.repeat(64 * 1024);
    await listen(large);
    const peer = once(server, 'connection') as Promise<[Socket]>;
    const client = await open();
    client.pause();
    const [socket] = await peer;
    let sent = 0;
    while (!socket.isPaused() && sent < 2000) {
      const before = socket.bytesRead;
      client.write(plain({ headers: [`X-Tag: ${++sent}`] }));
      await expect.poll(() => socket.bytesRead, { timeout: 60_000, interval: 1 }).toBeGreaterThan(before);
      await new Promise(setImmediate);
    }
    expect(socket.isPaused()).toBe(true);
    client.write(plain({ headers: ['X-Tag: later'] }));
    client.resume();
    const wanted = [...Array.from({ length: sent }, (_, i) => `<fast ${i + 1}>`), '<fast later>'];
    await hears(client, wanted);
  });

  // What a pause held back lay before what the library took from the network: a body was run as a request.
  it('SECURITY: hands over in the order in which it was sent, also what a pause held back', async () => {
    await listen('x'.repeat(16 * 1024));
    const peer = once(server, 'connection') as Promise<[Socket]>;
    const client = await open();
    client.setNoDelay(true);
    client.pause();
    const [socket] = await peer;
    let sent = 0;
    // Each in a packet of its own; some are read while paused.
    const send = async (text: string) => {
      const before = socket.bytesRead;
      client.write(text);
      await expect.poll(() => socket.bytesRead, { timeout: 60_000, interval: 1 }).toBeGreaterThan(before);
      await new Promise(setImmediate);
    };
    while (!socket.isPaused()) await send(plain({ headers: [`X-Tag: ${++sent}`] }));
    for (let i = 0; i < 800; i++) await send(plain({ headers: [`X-Tag: ${++sent}`] }));
    const body = plain({ route: 'GET /smuggled' });
    await send(plain({ route: 'POST /outer', headers: [`Content-Length: ${body.length}`] }));
    const handedOver = vi.spyOn(socket, 'unshift');
    client.resume();
    await expect.poll(() => handedOver.mock.calls.length, { timeout: 60_000 }).toBe(1);
    client.write(body);
    const slow = () => client.heard.match(/<slow [^]*/)?.[0];
    await expect.poll(slow, { timeout: 60_000 }).toBe(`<slow POST /outer  ${body}>`);
  });

  it('ends idle connections when the server stops, and others when they have their answer', async () => {
    await listen();
    const [idle, silent, busy] = [await open(), await open(), await open()];
    idle.write(plain());
    await hears(idle, ['<fast >']);
    busy.write(posted('hold'));
    await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
    stop();
    await Promise.all([once(idle, 'close'), once(silent, 'close')]);
    held[0]?.();
    await once(busy, 'close');
    expect(said(busy)).toEqual(['<slow POST /fast  hold>']);
  });

  it('ends a connection that stays silent after an answer', async () => {
    await listen();
    server.keepAliveTimeout = 100;
    server.keepAliveTimeoutBuffer = 0;
    const client = await open();
    client.write(plain());
    await once(client, 'close');
    expect(said(client)).toEqual(['<fast >']);
  });
});

describe('what is taken for a plain request', () => {
  const odd = ['\r\n', '\r', '\n', ' ', '\t', ':', ',', '\0', 'é', '0', 'a', ': ', 'Content-Length: 3\r\n', 'HTTP/1.1'];
  const bases = [
    plain({ headers: ['Accept: */*', 'Connection: keep-alive'] }),
    posted('{"a":1}', ['Content-Type: application/json', 'Authorization: Bearer abc']),
    plain({ route: 'GET /api/authz/auth-request', headers: ['X-Original-URL: http://x/a?b=c', 'Cookie: a=b; c=d'] }),
  ];
  const edits = fc.array(fc.tuple(fc.nat(200), fc.nat(3), fc.constantFrom('', ...odd)), { maxLength: 3 });

  it('SECURITY: is exactly one request to the parser of the library, and the same one', async () => {
    const server = createServer();
    let taken = 0;
    const isAlike = async (base: string, changes: readonly [number, number, string][]) => {
      const written = changes.reduce((t, [at, cut, put]) => t.slice(0, at) + put + t.slice(at + cut), base);
      const bytes = Buffer.from(written, 'latin1');
      const read = readPlainRequest(bytes, undefined as unknown as Socket);
      if (!read) return;
      taken++;
      const [client, peer] = duplexPair();
      const seen: IncomingMessage[] = [];
      const note = (request: IncomingMessage) => seen.push(request);
      server.on('request', note);
      server.emit('connection', peer);
      client.write(bytes);
      await expect.poll(() => seen.length, { timeout: 60_000, interval: 1 }).toBe(1);
      const body = await text(seen[0] as IncomingMessage);
      server.off('request', note);
      const { method, url, headers, rawHeaders, httpVersion } = seen[0] as IncomingMessage;
      expect({ method, url, headers, rawHeaders, httpVersion, body }).toEqual({
        method: read.method,
        url: read.url,
        headers: read.headers,
        rawHeaders: read.rawHeaders,
        httpVersion: '1.1',
        body: String(read.body),
      });
      expect(seen.length).toBe(1);
      client.destroy();
    };
    await fc.assert(fc.asyncProperty(fc.constantFrom(...bases), edits, isAlike), { numRuns: 3000 });
    expect(taken).toBeGreaterThan(300);
  });
});
