import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on a free port of the loopback address and says so, as the product does; ends on SIGTERM. */
export function listen(server: Server, port = 0): void {
  server.listen(port, '127.0.0.1', () => {
    const address = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${address.port}` })}\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
