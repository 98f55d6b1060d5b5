import { STATUS_CODES } from 'node:http';
import {
  type ErrorCode,
  errorFacts,
  errorMessage,
  errorTable,
  type Language,
  type MessageParams,
  stepUpChallenges,
} from '@warifu/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { isStorageFailure } from '../db/database.ts';
import { Failure } from '../failure.ts';
import { logTrouble } from '../trouble.ts';
import { giveBackId } from './asked-id.ts';
import { logRefusal } from './request-log.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who asks knows no refusals but 401 and 403, and takes everything else for an error of its own. */
    twoRefusals?: boolean;
  }
}

/** The headers of a request, in small letters. */
export type SentHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The language a request asks for; English unless it says Japanese (api.md, Headers). */
export function languageOf({ headers }: { readonly headers: SentHeaders }): Language {
  const wanted = headers['x-soracom-lang'] ?? headers['accept-language'] ?? '';
  return /^\s*ja\b/i.test(String(wanted)) ? 'ja' : 'en';
}

/** The type of an error's body: some clients read plain JSON only, so the other is for who asks for it. */
export function mediaTypeOf({ accept = '' }: SentHeaders): string {
  const named = String(accept)
    .split(',')
    .some((range) => /^\s*application\/problem\+json\s*(;(?!\s*q=0(\.0*)?\s*(;|$))|$)/i.test(range));
  return named ? 'application/problem+json' : 'application/json';
}

/** Seconds, where nothing better is known. */
const retryAfter = 5;

/** An error as it leaves: `code`, `message` and the facts of its row at the top, the members of RFC 9457 beside them. */
export function problemOf(failure: Failure, requestId: string, sent: SentHeaders) {
  const { status } = errorTable[failure.code];
  const wait = String(failure.retryAfterSeconds ?? retryAfter);
  const params = { ...failure.params, requestId, retryAfter: wait };
  const message = errorMessage(failure.code, languageOf({ headers: sent }), params);
  const body = {
    code: failure.code,
    message,
    ...errorFacts(failure.code, params),
    type: `urn:warifu:error:${failure.code}`,
    title: STATUS_CODES[status] ?? '',
    status,
    detail: message,
    requestId,
  };
  return { status, headers: headersOf(status, params), body };
}

function headersOf(status: number, params: MessageParams): Record<string, string> {
  if (status === 401) {
    const { stepUp } = params;
    const challenge = stepUp === 'password' || stepUp === 'mfa' ? stepUpChallenges[stepUp] : 'Bearer';
    return { 'www-authenticate': challenge };
  }
  if (status === 405) return { allow: textOf(params.allow) };
  return status === 429 || status === 503 ? { 'retry-after': textOf(params.retryAfter) } : {};
}

function textOf(fact: MessageParams[string] | undefined): string {
  return typeof fact === 'string' || typeof fact === 'number' ? String(fact) : '';
}

/** Answers with an error. What is not a Failure becomes COM0003 or COM0503, and nothing of its inside leaves. */
export function sendProblem(ctx: Context, request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const { config } = request.routeOptions;
  const mediaType = config?.body === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
  const failure = toFailure(thrown, mediaType);
  ctx.counts.errors.add({ code: failure.code });
  if (failure.code === 'COM0003') {
    logTrouble(ctx.log, thrown, { level: 'error', message: 'request failed', about: { requestId: request.id } });
  }
  if (failure.code === 'COM0503' && !(thrown instanceof Failure)) {
    ctx.counts.storageFailures++;
    logTrouble(ctx.log, thrown, { level: 'warn', message: 'storage unavailable', about: { requestId: request.id } });
  }
  logRefusal(ctx, request, failure.code);
  const { status: own, headers, body } = problemOf(failure, request.id, request.headers);
  const status = config?.twoRefusals && own !== 401 ? 403 : own;
  giveBackId(request, reply);
  reply.code(status).headers(headers).type(mediaTypeOf(request.headers));
  const error = config?.body === 'form' ? oauthErrors[failure.code] : undefined;
  return reply
    .serializer(JSON.stringify)
    .send({ ...body, title: STATUS_CODES[status], status, ...(error && { error }) });
}

/** What clients of OAuth 2.0 read, at the endpoints that answer them (RFC 6749 §5.2, RFC 7009 §2.2.1). */
const oauthErrors: Partial<Record<ErrorCode, string>> = {
  AUM0060: 'invalid_client',
  AUM0061: 'invalid_client',
  COM0001: 'invalid_request',
  COM0413: 'invalid_request',
  COM0415: 'invalid_request',
};

/** What the HTTP library calls a bad request though there is no such thing here. */
const notThere = ['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH'];

/** What the HTTP library and those beside it refuse by themselves, by the status that they would answer with. */
const byStatus: Record<number, ErrorCode> = {
  404: 'COM0404',
  408: 'COM0408',
  413: 'COM0413',
  415: 'COM0415',
  431: 'COM0431',
};

/** @param mediaType of the bodies that the route takes */
function toFailure(error: unknown, mediaType: string): Failure {
  if (error instanceof Failure) return error.code === 'COM0415' ? new Failure('COM0415', { mediaType }) : error;
  if (isStorageFailure(error)) return new Failure('COM0503');
  const { code = '', statusCode = 500 } = (error ?? {}) as { code?: unknown; statusCode?: number };
  if (statusCode < 400 || statusCode > 499) return new Failure('COM0003');
  const known = notThere.includes(String(code)) ? 'COM0404' : byStatus[statusCode];
  if (known) return new Failure(known, { mediaType });
  return new Failure('COM0001', { field: 'request', reason: { en: 'is not valid', ja: '値が正しくありません。' } });
}
