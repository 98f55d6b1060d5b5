import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { scraper } from './scrape.ts';
import { hasToken } from './token.ts';

/** `/metrics` on the server's own port, for who has the token; not there when it has a port of its own. */
export function registerMetrics(app: FastifyInstance, ctx: Context): void {
  const { metrics } = ctx.config;
  if (metrics?.token === undefined || metrics.listen) return;
  const scrape = scraper(ctx);
  app.get('/metrics', async (request, reply) => {
    // SECURITY: always one, whatever the configuration is read to be.
    if (!hasToken(request.headers.authorization, metrics.token)) throw new Failure('AUM0001');
    const { type, text } = await scrape();
    reply.type(type);
    return text;
  });
}
