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
