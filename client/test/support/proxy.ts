import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request instead of being handed on: the connection breaks, no answer comes, or this one. */
export type Fault = 'break' | 'silence' | { status: number; headers?: Record<string, string>; body?: string };

export type Proxy = {
  readonly url: string;
  /** What happens to the next requests, one for each; those after them are handed on. */
  readonly faults: Fault[];
  /** Paths of all requests that came. */
  readonly seen: string[];
  readonly stop: () => Promise<void>;
};

/** A proxy before a server on this machine that goes wrong as it is told. */
export async function startProxy(port: number): Promise<Proxy> {
  const faults: Fault[] = [];
  const seen: string[] = [];
  const proxy = createServer((incoming, response) => {
    seen.push(incoming.url ?? '');
    const fault = faults.shift();
    if (fault !== undefined) return fail(response, fault);
    const headers = { ...incoming.headers, host: `localhost:${port}` };
    const { url, method } = incoming;
    const onward = request({ host: '127.0.0.1', port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const stop = async () => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  };
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, faults, seen, stop };
}

function fail(response: ServerResponse, fault: Fault): void {
  if (fault === 'break') response.destroy();
  else if (fault !== 'silence') response.writeHead(fault.status, fault.headers).end(fault.body);
}
