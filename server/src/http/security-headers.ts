import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { RouteTimes } from '../counts.ts';
import { GatheredResponse } from './gathered-response.ts';

/** What the console's pages may load: only what this server serves; style tags need the page's nonce. */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const always = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-frame-options': 'DENY',
};

/** What a page or a file may replace. */
const unlessGiven = {
  'content-security-policy':
    "default-src 'none'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** The headers of an answer that is written by hand. */
export function apiHeaders(requestId: string): Record<string, string> {
  return { ...always, ...unlessGiven, 'x-request-id': requestId };
}

/** A request with the ID that its answer, its log lines and its audit records name. */
export type IdentifiedRequest = IncomingMessage & {
  requestId?: string;
  /** When it came, as `performance.now()` says it. */
  begun?: number;
  /** Whose session it shows. */
  caller?: { readonly operatorId: string; readonly userId: string };
  log?: RequestLog | undefined;
  /** Where its time is counted. */
  times?: RouteTimes | undefined;
};

/** Told of each answer, when its head is written. */
export type RequestLog = (request: IdentifiedRequest, status: number) => void;

const alwaysAsList = Object.entries(always).flat();
const unlessGivenAsPairs = Object.entries(unlessGiven);

/**
 * An answer with the security headers (R56): they are added where the head of every answer is written, whoever wrote the
 * answer, so none can be without them. One flat list, because that is what Node writes fastest.
 */
export class SecureResponse<R extends IncomingMessage = IncomingMessage> extends GatheredResponse<R> {
  override writeHead(status: number, ...given: unknown[]): this {
    const request: IdentifiedRequest = this.req;
    request.log?.(request, status);
    // A file that is streamed has its headers set one by one beforehand, how long it may be kept among them.
    const headers = (given.at(-1) as OutgoingHttpHeaders | undefined) ?? this.getHeaders();
    return super.writeHead(status, withSecurityHeaders(request, headers));
  }
}

/** Names and values in turn: those of an answer, and the security headers. */
export function withSecurityHeaders(request: IdentifiedRequest, headers: OutgoingHttpHeaders = {}): string[] {
  const list: unknown[] = alwaysAsList.slice();
  for (const [name, value] of unlessGivenAsPairs) if (headers[name] === undefined) list.push(name, value);
  list.push('x-request-id', request.requestId ?? '');
  for (const name in headers) if (headers[name] !== undefined) list.push(name, headers[name]);
  return list as string[];
}
