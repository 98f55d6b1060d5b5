import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { InjectOptions, Response } from 'light-my-request';
import { expect } from 'vitest';
import { isForOneServer } from '../../src/db/database.ts';
import { readPlainRequest } from '../../src/http/fast-path/plain-request.ts';

/** As a client writes it; undefined where it has no plain form. */
function textOf({ method = 'GET', url, headers = {}, payload }: InjectOptions): string | undefined {
  const body = typeof payload === 'string' ? payload : '';
  const all = Object.entries({
    host: 'localhost:80',
    ...headers,
    ...(body && { 'content-length': Buffer.byteLength(body) }),
  });
  const lines = all.map(([name, value]) => `${name}: ${String(value)}\r\n`);
  const text = `${method} ${pathOf(url)} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
  const isPlain = readPlainRequest(Buffer.from(text), undefined as unknown as Socket) !== undefined;
  return isPlain && all.every(([, value]) => !Array.isArray(value)) ? text : undefined;
}

function pathOf(url: InjectOptions['url']): string {
  return typeof url === 'string' ? url : '';
}

/**
 * Asks what was answered without a socket once more over one, in one piece: the fast path must say the same, and say it
 * itself where it can.
 */
export async function assertSameByFastPath(app: FastifyInstance, options: InjectOptions, by: Response): Promise<void> {
  if (!app.hasDecorator('warifu')) return;
  const { method = 'GET', url } = options;
  const { fastPath, ctx } = app.warifu;
  if (!isForOneServer(ctx.config.databaseUrl) || !fastPath.has({ method, path: pathOf(url) })) return;
  // Signing in and out is done once.
  const text = by.headers.location === undefined ? textOf(options) : undefined;
  if (text === undefined) return;
  const { isPassedOn, ...answer } = await exchange(app, text, options.remoteAddress ?? '127.0.0.1');
  expect(stable(answer)).toEqual(stable({ status: by.statusCode, body: by.body, headers: by.headers }));
  if (by.statusCode === 200 && !isList(options)) expect(isPassedOn).toBe(false);
}

/** Lists are left to the framework. */
function isList({ payload }: InjectOptions): boolean {
  if (typeof payload !== 'string') return false;
  const { questions = [] } = JSON.parse(payload) as { questions?: unknown[] };
  return questions.length > 1;
}

/** What differs with each answer, or says what becomes of the connection. */
const unstable = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'x-request-id'];

type Answer = { readonly status: number; readonly body: string; readonly headers: object };

function stable({ status, body, headers }: Answer) {
  const entries = Object.entries(headers).filter(([name]) => !unstable.includes(name));
  const masked = entries.map(([name, value]) => [name, String(value).replace(drawn, '…')]);
  return { status, body: body.replace(drawn, '…'), headers: Object.fromEntries(masked) as object };
}

/** IDs of requests. */
const drawn = /(?<="requestId":")[\w-]+/g;

/** Sends a text over a socket of its own that seems to come from an address. */
async function exchange(app: FastifyInstance, text: string, peer: string) {
  let isPassedOn = false;
  await using relay = createServer({ allowHalfOpen: true }, (socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: peer });
    const note = (request: IncomingMessage) => {
      isPassedOn ||= request.socket === socket;
    };
    app.server.on('request', note);
    socket.once('close', () => app.server.off('request', note));
    app.server.emit('connection', socket);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const client = connect((relay.address() as AddressInfo).port, '127.0.0.1');
  client.end(text);
  let answer = '';
  for await (const chunk of client.setEncoding('utf8')) answer += String(chunk);
  const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s);
  const [line = '', ...lines] = head.split('\r\n');
  const headers = lines.map((header) => /^([^:]+): (.*)$/.exec(header) ?? []);
  const named = headers.map(([, name = '', value = '']) => [name.toLowerCase(), value]);
  return { status: Number(line.split(' ')[1]), body, headers: Object.fromEntries(named) as object, isPassedOn };
}
