import type { Socket } from 'node:net';

let sockets: Socket[] = [];
let texts: string[] = [];
let encodings: ('latin1' | 'utf8')[] = [];

/**
 * Sends with all that arrived together, as `GatheredResponse` does and for its reason.
 * @param isAscii such text is sent as it is kept in memory: to write it as UTF-8 takes twice as long
 */
export function sendSoon(socket: Socket, text: string, isAscii: boolean): void {
  if (sockets.push(socket) === 1) setImmediate(sendAll);
  texts.push(text);
  encodings.push(isAscii ? 'latin1' : 'utf8');
}

let times = 0;

/** How often what waited was sent. */
export function sendings(): number {
  return times;
}

/** Sends what waits to be sent. */
export function sendAll(): void {
  if (sockets.length === 0) return;
  times++;
  const [to, what, how] = [sockets, texts, encodings];
  [sockets, texts, encodings] = [[], [], []];
  for (const [i, socket] of to.entries()) {
    // Who does not take its answers gets no more of them.
    if (!socket.write(what[i] as string, how[i])) socket.pause();
  }
}
