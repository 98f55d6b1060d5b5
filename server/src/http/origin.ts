import type { FastifyRequest } from 'fastify';
import type { Origin } from '../context.ts';
import { languageOf } from './problem.ts';

/** What is known of a request, for audit records and notices. */
export function originOf(request: FastifyRequest, apiKind: string): Origin {
  return {
    requestId: request.id,
    sourceIp: request.server.warifu.sourceIp(request.raw),
    userAgent: String(request.headers['user-agent'] ?? ''),
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    apiKind,
    language: languageOf(request),
  };
}
