import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionError, FastifyInstance } from 'fastify';
import { newId } from '../crypto/tokens.ts';
import { Failure } from '../failure.ts';
import { noRouteFor } from './methods.ts';
import { mediaTypeOf, problemOf, type SentHeaders } from './problem.ts';
import { apiHeaders } from './security-headers.ts';

/**
 * Answers on a connection whose bytes never became a request, as every other refusal is answered, and ends it. The
 * parser knows no method but the registered ones; their line is read here, so that these get their 405 or 404 too.
 */
export function answerUnreadable(app: FastifyInstance, error: ConnectionError, socket: Duplex): void {
  if (error.code === 'ECONNRESET') return;
  const { line, headers } = stoppedIn(error);
  afterAnswers(socket, () => writeProblem(app, socket, headers, failureOf(app, error, line)));
}

/**
 * What the server would answer by itself, and with nothing in the body: `CONNECT`, which asks for a tunnel and comes as
 * a connection, and `Expect` with something else than `100-continue`, which may be ignored (RFC 9110 §10.1.1).
 */
export function answerOddRequests(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.server.on('connect', (request, socket) => {
    socket.on('error', () => socket.destroy());
    const failure = noRouteFor('CONNECT', request.url ?? '', app.warifu.methodsOf);
    afterAnswers(socket, () => writeProblem(app, socket, request.headers, failure));
  });
}

/**
 * Answers when the requests before have their answers (RFC 9112 §9.3.2): who sent them must hear what they did. Not at all
 * on a connection that one of them ended.
 */
function afterAnswers(socket: Duplex & { _httpMessage?: ServerResponse | null }, answer: () => void): void {
  // The library notes nowhere else what is being answered; the next one stands there when one is out. A request that is
  // not whole is the very one that cannot be read.
  const { _httpMessage: answering } = socket;
  if (answering?.req.complete) answering.once('close', () => afterAnswers(socket, answer));
  else if (socket.writable) answer();
}

function failureOf(app: FastifyInstance, { code }: ConnectionError, line: string): Failure {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Failure('COM0408');
  if (code === 'HPE_HEADER_OVERFLOW') return new Failure('COM0431');
  const [, method, url] = /^([!#$%&'*+.^`|~\w-]+) (\/\S*) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (code === 'HPE_INVALID_METHOD' && method !== undefined && url !== undefined) {
    return noRouteFor(method, url, app.warifu.methodsOf);
  }
  const reason = { en: 'is not well-formed HTTP', ja: 'HTTP の形式が正しくありません。' };
  return new Failure('COM0001', { field: 'request', reason });
}

/** The line that the parser stopped in and those behind it; an earlier request may stand in the same packet. */
function stoppedIn({ rawPacket, bytesParsed }: ConnectionError): { line: string; headers: SentHeaders } {
  // A Buffer, whatever its declaration says.
  const text = (rawPacket as unknown as Buffer | undefined)?.toString('latin1') ?? '';
  const [line = '', ...rest] = text.slice(text.lastIndexOf('\n', bytesParsed - 1) + 1).split('\r\n');
  const pairs = rest.map((header) => /^([\w-]+): *(.*)$/.exec(header)).filter((pair) => pair !== null);
  return { line, headers: Object.fromEntries(pairs.map(([, name = '', value]) => [name.toLowerCase(), value])) };
}

function writeProblem(app: FastifyInstance, socket: Duplex, sent: SentHeaders, failure: Failure): void {
  const requestId = newId();
  const { status, headers, body } = problemOf(failure, requestId, sent);
  const { remoteAddress: source } = socket as Partial<Socket>;
  const { config, counts, log } = app.warifu.ctx;
  counts.errors.add({ code: failure.code });
  if (config.logRequests) log.info({ source, requestId, status, code: failure.code }, 'request');
  const text = JSON.stringify(body);
  const all = {
    ...apiHeaders(requestId),
    ...headers,
    'content-type': mediaTypeOf(sent),
    'content-length': Buffer.byteLength(text),
    date: new Date(app.warifu.ctx.now()).toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`, () => socket.destroy());
}
