import type { ErrorCode } from '@warifu/contract';
import type { FastifyRequest } from 'fastify';
import { levels, symbols } from 'pino';
import type { Context } from '../context.ts';
import type { Identified, IdentifiedRequest, RequestLog } from './security-headers.ts';

/** Characters of a path in the log; a longer one is none of this server's. */
const longestPath = 256;

/**
 * Writes one line for each answer, when its head is written. SECURITY: never a query, a body, a header or a token.
 * Put together by hand, in the logger's form and into its stream: its own way takes a quarter of the time of a call.
 * Nothing but the path is chosen by who asks.
 * @returns undefined when nobody wants such lines
 */
export function requestLog(ctx: Context, sourceOf: (request: Identified) => string): RequestLog | undefined {
  if (!ctx.config.logRequests || !ctx.log.isLevelEnabled('info')) return undefined;
  const stream = (ctx.log as unknown as Record<symbol, { write(line: string): void }>)[symbols.streamSym];
  return (request, status) => {
    const { caller, requestId = '', begun = 0, method, url = '' } = request;
    const who = caller ? `"operatorId":"${caller.operatorId}","userId":"${caller.userId}",` : '';
    const took = Math.round((performance.now() - begun) * 10) / 10;
    const asked = `"status":${status},"milliseconds":${took},"method":"${method}","path":${JSON.stringify(pathOf(url))}`;
    const from = `"source":"${sourceOf(request)}","requestId":"${requestId}",${who}`;
    stream?.write(`{"level":${info},"time":"${isoTime(ctx.now())}",${from}${asked},"msg":"request"}\n`);
  };
}

const { info } = levels.values as { info: number };

let lastTime = 0;
let lastText = '';

/** An instant as the logger writes it; in one millisecond many ask. */
function isoTime(now: number): string {
  if (now !== lastTime) {
    lastTime = now;
    lastText = new Date(now).toISOString();
  }
  return lastText;
}

/**
 * A path without what may be secret: the authority, the query, and a fragment, also where a mail gateway encoded its `#`
 * (the token of a mailed link stands behind it).
 */
function pathOf(url: string): string {
  const end = url.search(/[?#]|%(?:25)*(?:23|3f)/i);
  const path = end === -1 ? url : url.slice(0, end);
  return (path.startsWith('/') ? path : path.replace(/^[\w+.-]*:\/\/[^/]*/, '')).slice(0, longestPath);
}

/** A wrong password, key, code or link: somebody may be guessing. */
const guesses: ReadonlySet<ErrorCode> = new Set([
  'AUM0002',
  'AUM0011',
  'AUM0012',
  'MFA0002',
  'MFA0007',
  'MFA0010',
  'COM0429',
]);

/** Calls without a session, or beyond what its user may do. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'AUM0001',
  'AUM0015',
  'AUM0016',
  'AUM0017',
  'AUM0024',
  'AUM0025',
  'AUM0040',
  'AUM0052',
  'COM0403',
  'COM0421',
]);

/** Sources that sent too many, and when that was logged last. */
const told = new Map<string, number>();
const toldAgain = 10_000;
const toldAtMost = 10_000;

/** A storm is one line for each source in a while; the log of requests has them all. */
function isToldOf(source: string): boolean {
  const now = performance.now();
  if (now - (told.get(source) ?? Number.NEGATIVE_INFINITY) < toldAgain) return true;
  told.delete(source);
  told.set(source, now);
  if (told.size > toldAtMost) told.delete(told.keys().next().value as string);
  return false;
}

/**
 * Writes a line with a fixed message for an answer that tools which lock addresses out look for. The source comes first,
 * and nothing in the line is chosen by who asked.
 */
export function logRefusal(ctx: Context, request: FastifyRequest, code: ErrorCode): void {
  const message = guesses.has(code) ? 'sign-in failed' : refusals.has(code) ? 'call refused' : undefined;
  if (message === undefined) return;
  const source = request.server.warifu.sourceIp(request.raw);
  if (code === 'COM0429' && isToldOf(source)) return;
  const { operatorId, userId } = (request.raw as IdentifiedRequest).caller ?? {};
  ctx.log.warn({ source, code, requestId: request.id, operatorId, userId }, message);
}
