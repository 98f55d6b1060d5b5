import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { sourceNetwork } from '../attempts/source.ts';
import { limits } from '../limits.ts';
import { isTrustedPeer } from './source-ip.ts';

type Bounds = { readonly sockets: number; readonly socketsPerSource: number };

/** Sockets that are looked at for one that gives way. Many may be busy; the others are enough to choose from. */
const mostLooks = 200;
const mostChoices = 20;

/**
 * Bounds the sockets of the server and of each source (R68). Beyond the bounds the oldest one on which nothing is
 * answered gives way to a new client, of all sources rather one of the source that has the most: who holds sockets and
 * says nothing must not keep others out. Those of a listed proxy never give way, as it speaks for many people.
 */
export function limitSockets(server: Server, trustedProxies: readonly string[], bounds: Bounds = limits.http): void {
  const { sockets, socketsPerSource } = bounds;
  const bySource = new Map<string, Set<Socket>>();
  // In the order of their last use, as far as they were looked at.
  const sourceOf = new Map<Socket, string>();
  let open = 0;

  const remove = (socket: Socket) => {
    const source = sourceOf.get(socket);
    if (source === undefined) return;
    sourceOf.delete(socket);
    const others = bySource.get(source);
    others?.delete(socket);
    if (others?.size === 0) bySource.delete(source);
  };
  const giveWay = (): boolean => {
    let chosen: Socket | undefined;
    let most = 0;
    let looks = 0;
    let choices = 0;
    for (const [socket, source] of sourceOf) {
      if (++looks > mostLooks || choices === mostChoices) break;
      if (isAnswered(socket)) {
        sourceOf.delete(socket);
        sourceOf.set(socket, source);
        continue;
      }
      choices++;
      const size = bySource.get(source)?.size ?? 0;
      if (size > most) [chosen, most] = [socket, size];
    }
    return end(chosen);
  };
  const end = (socket: Socket | undefined): boolean => {
    if (!socket) return false;
    remove(socket);
    socket.destroy();
    return true;
  };

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    open++;
    socket.once('close', () => {
      open--;
      remove(socket);
    });
    if (open > sockets && !giveWay()) return void socket.destroy();
    if (isTrustedPeer(trustedProxies, address)) return;
    const source = sourceNetwork(address);
    const own = bySource.get(source) ?? new Set();
    if (own.size >= socketsPerSource && !end([...own].find((one) => !isAnswered(one)))) return void socket.destroy();
    bySource.set(source, own.add(socket));
    sourceOf.set(socket, source);
  });
}

/** Whether a whole request came over a socket and its answer is not out yet. The library notes no less of it elsewhere. */
function isAnswered(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.req.complete === true;
}

/**
 * Ends the connections of a server that takes no more, so that a client cannot hold up the stop: at once those that
 * never said anything, after a while all. What is answered by then is answered.
 * @returns to be called when the server starts to close
 */
export function endSockets(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    // The server itself ends those that wait for a next request, but not those that wait for a first.
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    const timer = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, limits.http.stopTime);
    server.once('close', () => clearTimeout(timer));
  };
}
