import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from '../context.ts';
import { limits } from '../limits.ts';
import { type Scrape, scraper } from './scrape.ts';
import { hasToken } from './token.ts';

/** Where metrics are served. */
export type MetricsServer = { readonly address: string; readonly stop: () => Promise<void> };

/**
 * Serves `/metrics` on a port of its own, and nothing else: what reaches it shares nothing with the server's port.
 * @returns undefined when none is wanted
 * @throws the error of the system when it cannot listen there
 */
export async function serveMetrics(ctx: Context): Promise<MetricsServer | undefined> {
  const { listen, token } = ctx.config.metrics ?? {};
  if (!listen) return undefined;
  const scrape = scraper(ctx);
  const server = createServer({ requestTimeout: limits.http.bodyTime, headersTimeout: limits.http.headerTime });
  server.maxConnections = mostScrapers;
  server.on('request', (request, response) => {
    void answer(ctx, { request, response, scrape, token });
  });
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const stop = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://${host}:${port}/metrics`, stop };
}

const mostScrapers = 32;

type Asked = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly scrape: () => Promise<Scrape>;
  readonly token: string | undefined;
};

async function answer(ctx: Context, { request, response, scrape, token }: Asked): Promise<void> {
  const end = (status: number, headers: Record<string, string>, body = '') =>
    response
      .writeHead(status, { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers })
      .end(body);
  if (request.url?.split('?')[0] !== '/metrics') return void end(404, {});
  if (request.method !== 'GET' && request.method !== 'HEAD') return void end(405, { allow: 'GET, HEAD' });
  if (!hasToken(request.headers.authorization, token)) return void end(401, { 'www-authenticate': 'Bearer' });
  try {
    const { type, text } = await scrape();
    end(200, { 'content-type': type }, text);
  } catch (error) {
    ctx.log.error({ error: error instanceof Error ? error.name : '' }, 'metrics could not be read');
    end(500, {});
  }
}
