import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A request as it reached the app: headers as they were written, in order. */
export type Received = {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

export type Receiver = {
  /** What has come of a request of the probe; undefined when it was kept away. */
  readonly received: (id: string) => Received | undefined;
  readonly stop: () => Promise<void>;
};

/** A key of a client that opens a WebSocket, and what proves that it was read (RFC 6455 §4.2.2): a proxy may look at it. */
export const webSocket = { key: 'AAAAAAAAAAAAAAAAAAAAAA==', accept: 'ICX+Yqv66kxgM0FcWaLWlFLwTAI=' };

/** The header by which a request of the probe is known behind the proxy. */
export const probeHeader = 'warifu-probe';

/**
 * Stands where the app stands, and notes what reaches it. Whatever is no request of this probe gets 503: the app is not
 * there meanwhile.
 * @param secret what IDs of this probe begin with; nobody else knows it
 * @throws when nothing can listen there
 */
export async function startReceiver(host: string, port: number, secret: string): Promise<Receiver> {
  const noted = new Map<string, Received>();
  const isOurs = (request: IncomingMessage) => String(request.headers[probeHeader]).startsWith(secret);
  const note = (request: IncomingMessage, body: string) => {
    const { rawHeaders, method = '', url = '' } = request;
    const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
    noted.set(String(request.headers[probeHeader]), { method, url, headers, body });
  };
  const server = createServer((request, response) => {
    if (!isOurs(request))
      return void response.writeHead(503, { 'retry-after': '30' }).end('The gate is being tried.\n');
    const done = (body: string) => {
      note(request, body);
      response.writeHead(204).end();
    };
    text(request).then(done, () => response.destroy());
  });
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    if (isOurs(request)) note(request, '');
    const opened = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${webSocket.accept}`;
    const answer = isOurs(request) ? `101 Switching Protocols\r\n${opened}` : '503 Service Unavailable';
    upgraded.add(socket);
    socket.on('error', () => socket.destroy()).on('end', () => socket.end());
    socket.on('close', () => upgraded.delete(socket)).resume();
    socket.write(`HTTP/1.1 ${answer}\r\n\r\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
    await closed;
  };
  return { received: (id) => noted.get(id), stop };
}
