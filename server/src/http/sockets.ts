import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { limits } from '../limits.ts';
import { isTrustedPeer } from './source-ip.ts';

/** Bounds the sockets of the server and of each source, so that idle ones cannot crowd others out (R68). */
export function limitSockets(server: Server, trustedProxies: readonly string[]): void {
  const bySource = new Map<string, number>();
  server.maxConnections = limits.http.sockets;
  server.on('connection', (socket: Socket) => {
    const source = socket.remoteAddress ?? '';
    // A proxy speaks for many people.
    if (isTrustedPeer(trustedProxies, source)) return;
    const count = (bySource.get(source) ?? 0) + 1;
    if (count > limits.http.socketsPerSource) {
      socket.destroy();
      return;
    }
    bySource.set(source, count);
    socket.once('close', () => {
      const left = (bySource.get(source) ?? 1) - 1;
      if (left === 0) bySource.delete(source);
      else bySource.set(source, left);
    });
  });
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
