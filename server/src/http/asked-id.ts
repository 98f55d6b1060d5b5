import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Gives back the ID that a request came with, where who asks by AuthZEN finds its answers by it (Authorization API 1.0
 * §10.1.3). It stands in no log: who asks chooses it.
 */
export function giveBackId({ headers, routeOptions }: FastifyRequest, reply: FastifyReply): void {
  const asked = headers['x-request-id'];
  if (typeof asked !== 'string' || !routeOptions.url?.startsWith('/access/v1/')) return;
  if (/^[\x21-\x7e]{1,128}$/.test(asked)) reply.header('x-request-id', asked);
}
