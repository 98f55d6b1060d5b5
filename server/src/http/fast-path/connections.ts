import { IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../../limits.ts';
import { SecureResponse } from '../security-headers.ts';
import { type PlainRequest, readPlainRequest } from './plain-request.ts';
import { sendAll, sendings } from './send.ts';

/** Answers a request at once; false leaves it to the framework, which begins anew. */
export type FastAnswer = (request: PlainRequest) => boolean;

/** By method and path, such as `POST /v1/authz/check`. */
export type FastAnswers = ReadonlyMap<string, FastAnswer>;

type Listener = (socket: Socket) => void;
type Shared = {
  readonly server: Server;
  readonly answers: FastAnswers;
  readonly toLibrary: Listener;
  readonly open: Set<Connection>;
  isClosing: boolean;
};

/**
 * Reads the connections of a server: what is a plain request for one of the answers is answered here. A connection that
 * brings anything else goes to the library's parser, with that and for good.
 * @returns to be called when the server starts to close
 */
export function readConnections(server: Server, answers: FastAnswers): () => void {
  const [toLibrary] = server.listeners('connection') as Listener[];
  if (!toLibrary) throw new Error('not a server of node:http');
  server.off('connection', toLibrary);
  const shared: Shared = { server, answers, toLibrary, open: new Set(), isClosing: false };
  server.on('connection', (socket: Socket) => shared.open.add(new Connection(socket, shared)));
  return () => {
    shared.isClosing = true;
    for (const connection of shared.open) connection.endIfIdle();
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  /** The framework answers; until it has, nothing more is read. */
  #isAnswering = false;
  /** How often answers had been sent when it got its last one. */
  #answeredAt = -1;
  /** Nothing more will come. */
  #isOver = false;

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    // The library looks after who is slow to begin.
    socket.setTimeout(limits.http.socketCheck);
    socket.on('data', this.#read).on('end', this.#end).on('timeout', this.#late).on('error', this.#fail);
    socket.on('drain', this.#readOn).on('close', this.#forget);
  }

  /** What is being answered ends its connection when it is. */
  endIfIdle(): void {
    sendAll();
    if (!this.#isAnswering) this.#socket.destroySoon();
  }

  #read = (bytes: Buffer): void => {
    const { answers, isClosing } = this.#shared;
    const request = isClosing ? undefined : readPlainRequest(bytes, this.#socket);
    const answer = request && answers.get(request.route);
    if (!answer) return this.#leave(bytes);
    if (this.#socket.timeout !== this.#idleTime) this.#socket.setTimeout(this.#idleTime);
    // Who asks before it has its answer gets them one by one, so that what it does not take is seen.
    if (this.#answeredAt === sendings()) sendAll();
    if (answer(request)) this.#answeredAt = sendings();
    else this.#passOn(request);
  };

  get #idleTime(): number {
    const { keepAliveTimeout, keepAliveTimeoutBuffer } = this.#shared.server;
    return keepAliveTimeout + keepAliveTimeoutBuffer;
  }

  #leave(bytes?: Buffer): void {
    sendAll();
    this.#forget();
    this.#socket.setTimeout(0);
    // SECURITY: the library takes what comes next from the network at once. What a pause held back would come after it,
    // and what was a body would be a request.
    this.#socket.resume();
    this.#shared.toLibrary.call(this.#shared.server, this.#socket);
    if (bytes) this.#socket.unshift(bytes);
  }

  #forget = (): void => {
    const { open } = this.#shared;
    open.delete(this);
    this.#socket.off('data', this.#read).off('end', this.#end).off('timeout', this.#late).off('error', this.#fail);
    this.#socket.off('drain', this.#readOn).off('close', this.#forget);
  };

  /** Who will ask nothing more still gets its answers. */
  #end = (): void => {
    this.#isOver = true;
    sendAll();
    if (!this.#isAnswering) this.#socket.end();
  };

  #late = (): void => {
    if (this.#socket.bytesRead === 0) this.#leave();
    else this.#socket.destroy();
  };

  #fail = (): void => {
    this.#socket.destroy();
  };

  /** Who does not take its answers gets no more of them: see `sendAll`. */
  #readOn = (): void => {
    if (!this.#isAnswering) this.#socket.resume();
  };

  /** Has the framework answer a request that came whole. */
  #passOn({ method, url, headers, rawHeaders, body }: PlainRequest): void {
    const socket = this.#socket;
    const { server } = this.#shared;
    sendAll();
    this.#isAnswering = true;
    socket.pause();
    const version = { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 };
    const sent = { method, url, headers, rawHeaders, complete: true };
    const request = Object.assign(new WholeRequest(socket), version, sent);
    if (body.length > 0) request.push(body);
    request.push(null);
    // What the library says to its own, and notes there.
    const inside = { _keepAliveTimeout: server.keepAliveTimeout, _last: false };
    const response = Object.assign(new SecureResponse(request), inside);
    response.assignSocket(socket);
    response.once('finish', () => {
      response.detachSocket(socket);
      response.emit('close');
      this.#isAnswering = false;
      if (response._last || this.#isOver || this.#shared.isClosing) socket.destroySoon();
      else if (!socket.writableNeedDrain) socket.resume();
    });
    server.emit('request', request, response);
  }
}

/** Nothing is read from the connection for it. */
class WholeRequest extends IncomingMessage {
  override _read(): void {}
}
