import { STATUS_CODES } from 'node:http';
import { type ErrorCode, errorFacts, errorMessage, errorTable, type Language } from '@warifu/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { isStorageFailure } from '../db/database.ts';
import { Failure } from '../failure.ts';

/** The language a request asks for; English unless it says Japanese (api.md, Headers). */
export function languageOf(request: FastifyRequest): Language {
  const wanted = request.headers['x-soracom-lang'] ?? request.headers['accept-language'] ?? '';
  return /^\s*ja\b/i.test(String(wanted)) ? 'ja' : 'en';
}

/** Seconds, where nothing better is known. */
const retryAfter = 5;

/**
 * Answers with an error: `code`, `message` and the facts of its row flat at the top, the members of RFC 9457 beside them. What is not a
 * Failure becomes COM0003 or COM0503, and nothing of its inside leaves.
 */
export function sendProblem(ctx: Context, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const failure = toFailure(error);
  if (failure.code === 'COM0003') {
    ctx.log.error({ requestId: request.id, error: describe(error) }, 'request failed');
  }
  if (failure.code === 'COM0503' && !(error instanceof Failure)) {
    ctx.log.warn({ requestId: request.id, error: describe(error) }, 'storage unavailable');
  }
  const { status } = errorTable[failure.code];
  const wait = String(failure.retryAfterSeconds ?? retryAfter);
  const params = { ...failure.params, requestId: request.id, retryAfter: wait };
  const message = errorMessage(failure.code, languageOf(request), params);
  if (status === 429 || status === 503) reply.header('retry-after', wait);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply.code(status).type('application/problem+json');
  return reply.serializer(JSON.stringify).send({
    code: failure.code,
    message,
    ...errorFacts(failure.code, params),
    type: `urn:warifu:error:${failure.code}`,
    title: STATUS_CODES[status] ?? '',
    status,
    detail: message,
    requestId: request.id,
  });
}

/** Codes of the HTTP library for what it refuses by itself. */
const fromFastify: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'COM0413',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'COM0415',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'COM0001',
  FST_ERR_BAD_URL: 'COM0404',
  FST_ERR_MAX_PARAM_LENGTH: 'COM0404',
};

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const known = fromFastify[code];
  if (known) return new Failure(known, { field: 'body', reason: { en: 'is not valid', ja: '値が正しくありません。' } });
  return new Failure(isStorageFailure(error) ? 'COM0503' : 'COM0003');
}

/** What the log may hold of an unexpected error: no SQL, no parameters, no row. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error ? String(error.code) : undefined;
  return { name: error.name, code, message: error.message.split('\n')[0]?.slice(0, 200), stack: error.stack };
}
