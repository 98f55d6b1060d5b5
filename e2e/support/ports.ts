import { createServer } from 'node:net';

// Below the range from which the system takes the ports of outgoing connections: a port that was just found free must
// not become a browser's before the server listens. Each test process has a hundred of its own.
const first = 20_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 80) * 100;
let given = 0;

/** A port of this test process on which nobody listens. */
export async function nextPort(): Promise<number> {
  for (;;) {
    const port = first + (given++ % 100);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
