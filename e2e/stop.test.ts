import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { setUp } from './support/api.ts';
import { startServer } from './support/server.ts';
import { until } from './support/until.ts';

const owner = { email: 'owner@example.com', password: 'pebble harbour quilt 41' };

/** A connection that sends a text and keeps what comes back. */
async function open(port: number, text = ''): Promise<{ socket: Socket; said: () => string }> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return { socket, said: () => said };
}

test('a stop waits for requests under way and for no client or mail server, and a new server starts at once', async () => {
  const waiting: Socket[] = [];
  const muteSmtp = createServer((socket) => waiting.push(socket)).listen(0, '127.0.0.1');
  await once(muteSmtp, 'listening');
  const smtpUrl = `smtp://127.0.0.1:${(muteSmtp.address() as AddressInfo).port}`;
  const server = await startServer({ smtpUrl });
  const { port, dataDir } = server;
  await setUp(server.baseUrl, server.setupLink(), owner);
  const host = `Host: localhost:${port}\r\n`;
  const head = (length: number) =>
    `POST /v1/auth HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  const body = JSON.stringify(owner);
  const silent = await open(port);
  const halfHead = await open(port, `GET /v1/setup HTTP/1.1\r\nHost: loc`);
  const halfBody = await open(port, `${head(body.length)}${body.slice(0, 9)}`);
  const underWay = await open(port, `${head(body.length)}${body.slice(0, 9)}`);
  const idle = await open(port, `GET /healthz HTTP/1.1\r\n${host}\r\n`);
  await until(() => idle.said().includes('alive'), 'the answer on the connection that stays open');
  await until(() => waiting.length > 0, 'a mail that is on its way');
  const begun = performance.now();
  const stopped = server.stop();
  await until(() => idle.socket.closed, 'the stop to begin');
  underWay.socket.write(body.slice(9));
  expect(await stopped).toBe(0);
  const seconds = (performance.now() - begun) / 1000;
  console.log(`out in ${seconds.toFixed(2)} s`);
  // A silent client would have held it for as long as it likes; the others for 10 and 15 s, until they are told 408;
  // the mail server for minutes.
  expect(seconds).toBeLessThan(40);
  for (const { said } of [halfHead, halfBody]) expect(said()).not.toContain('408');
  expect(underWay.said()).toMatch(/^HTTP\/1\.1 200 /);
  // Nothing that was logged is lost: the line of the last answer is there.
  const [, requestId] = /^x-request-id: ([\w-]+)/im.exec(underWay.said()) ?? [];
  expect(server.stdout()).toContain(`"requestId":"${requestId}","status":200`);
  for (const { socket } of [silent, halfHead, halfBody, idle, underWay]) await until(() => socket.closed, 'its end');
  expect(halfBody.said()).not.toContain(' 200 ');
  await (await startServer({ dataDir, port })).stop();
  for (const socket of waiting) socket.destroy();
  muteSmtp.close();
});
