import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { RouteTimes } from '../counts.ts';
import type { Traces } from '../traces/note.ts';
import type { Identified, IdentifiedRequest, RequestLog } from './security-headers.ts';
import { isTrustedPeer } from './source-ip.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By method. */
    times?: Record<string, RouteTimes>;
  }
}

/** Gives each request the place where its time is counted; call it before the routes are registered. */
export function timeRoutes(app: FastifyInstance, routes: RouteTimes[]): void {
  const noRoute = new RouteTimes('any', 'none');
  routes.push(noRoute);
  app.addHook('onRoute', (route) => {
    const times: Record<string, RouteTimes> = {};
    for (const method of [route.method].flat()) routes.push((times[method] = new RouteTimes(method, route.url)));
    route.config = { ...route.config, times };
  });
  app.addHook('onRequest', (request, _, done) => {
    (request.raw as IdentifiedRequest).times = request.routeOptions.config.times?.[request.method] ?? noRoute;
    done();
  });
}

/** Counts the time until the head of an answer is written. */
export function countTime({ times, begun = 0 }: Identified, status: number): void {
  times?.add(status, (performance.now() - begun) / 1000);
}

/**
 * Notes each answer as a span. SECURITY: only a listed proxy says which trace a request belongs to; anybody else could put
 * his requests into the traces of others.
 */
export function traceTo(traces: Traces, { trustedProxies }: Pick<Config, 'trustedProxies'>): RequestLog {
  return ({ times, method = '', headers, socket, begun = 0, requestId = '' }, status) => {
    const said = headers['traceparent'];
    const mayBe = typeof said === 'string' && isTrustedPeer(trustedProxies, socket.remoteAddress ?? '');
    const route = times?.route ?? 'none';
    traces.note({ method, route, status, begun, requestId, parent: mayBe ? said : undefined });
  };
}

/** Tells both of each answer. */
export function both(one: RequestLog | undefined, other: RequestLog | undefined): RequestLog | undefined {
  if (!one || !other) return one ?? other;
  return (request, status) => {
    one(request, status);
    other(request, status);
  };
}
