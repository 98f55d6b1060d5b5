import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

type Direction = 'to the server' | 'to the client';

/** What goes no further, though both ends see an open connection. */
export type Hole = {
  readonly directions: readonly Direction[];
  /** How many bytes of a direction pass a connection before the rest is lost. */
  readonly after: number;
  /** Whether connections that are opened from now on lose bytes too. */
  readonly fresh: boolean;
};

export type SwallowingProxy = {
  readonly port: number;
  readonly open: (hole: Hole) => void;
  readonly close: () => void;
  /** Ends every connection, with a reset. */
  readonly cut: () => void;
  /** Milliseconds by which everything comes later from now on. */
  readonly slow: (milliseconds: number) => void;
  readonly stop: () => Promise<void>;
};

/** A way to a TCP server on this machine that loses bytes without a word, as a network does that drops packets. */
export async function startSwallowingProxy(port: number, own = 0): Promise<SwallowingProxy> {
  let hole: (Hole & { readonly since: number }) | undefined;
  let opened = 0;
  let late = 0;
  const sockets = new Set<Socket>();
  const forward = (from: Socket, to: Socket, direction: Direction, number: number) => {
    let passed = 0;
    let counts = hole;
    let isCut = false;
    // What is late holds up what comes after it, as in any stream.
    let behind: Promise<void> | undefined;
    const passAt = (at: number, pass: () => void) => {
      const before = behind;
      const turn = (async () => {
        await before;
        await delay(Math.max(0, at - performance.now()));
        pass();
      })();
      behind = turn;
      void turn.then(() => {
        if (behind === turn) behind = undefined;
      });
    };
    from.on('data', (bytes) => {
      if (counts !== hole) passed = 0;
      counts = hole;
      const isHit = hole?.directions.includes(direction) && (hole.fresh || number <= hole.since);
      const rest = isHit && hole ? Math.max(0, hole.after - passed) : bytes.length;
      passed += bytes.length;
      // A stream that lost something is of no use any more, as with packets that never come.
      const pass = () => {
        if (!to.destroyed) to.write(bytes.subarray(0, rest));
      };
      if (!isCut && (late > 0 || behind !== undefined)) passAt(performance.now() + late, pass);
      else if (!isCut) pass();
      isCut ||= rest < bytes.length;
    });
    from.on('error', () => {});
    from.on('close', () => to.destroy());
  };
  const server = createServer((client) => {
    const number = ++opened;
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    forward(client, upstream, 'to the server', number);
    forward(upstream, client, 'to the client', number);
  });
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    open: (next) => {
      hole = { ...next, since: opened };
    },
    close: () => {
      hole = undefined;
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    slow: (milliseconds) => {
      late = milliseconds;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
