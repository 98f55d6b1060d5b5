import type { FastifyRequest } from 'fastify';
import type { RequestInfo } from '../context.ts';
import { languageOf } from './problem.ts';

/** What is known of a request, for audit records and notices. */
export function requestInfoOf(request: FastifyRequest, apiKind: string): RequestInfo {
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
