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

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders' | 'socket'>;

/** A request with the ID that its answer, its log lines and its audit records name. */
export type Identified = Request & {
  requestId?: string;
  /** When it came, as `performance.now()` says it. */
  begun?: number;
  /** Whose session it shows. */
  caller?: { readonly operatorId: string; readonly userId: string } | undefined;
  log?: RequestLog | undefined;
  /** Where its time is counted. */
  times?: RouteTimes | undefined;
};

export type IdentifiedRequest = IncomingMessage & Identified;

/** Told of each answer, when its head is written. */
export type RequestLog = (request: Identified, status: number) => void;

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
  if (headers['x-request-id'] === undefined) list.push('x-request-id', request.requestId ?? '');
  for (const name in headers) if (headers[name] !== undefined) list.push(name, headers[name]);
  return list as string[];
}

const alwaysAsText = headerLines({ ...always, ...unlessGiven });

/**
 * The head of an answer with 200 that is written without the library, as the library writes it.
 * @param lines of `headerLines`
 */
export function okHead({ requestId = '' }: Identified, lines: string, { now, keptFor }: Moment): string {
  const end = `Date: ${dateText(now)}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keptFor}\r\n\r\n`;
  return `HTTP/1.1 200 OK\r\n${alwaysAsText}x-request-id: ${requestId}\r\n${lines}${end}`;
}

type Moment = {
  readonly now: number;
  /** Seconds for which the connection stays open. */
  readonly keptFor: number;
};

/**
 * The lines of some headers. SECURITY: a line break in a value would begin another header, or another answer.
 * @throws Error for a value that no header can have
 */
export function headerLines(headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (/[^\t\x20-\x7e]/.test(value)) throw new Error(`a value of ${name} that no header can have`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

let lastSecond = 0;
let lastDate = '';

/** RFC 9110 §5.6.7. */
function dateText(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastDate = new Date(second * 1000).toUTCString();
  }
  return lastDate;
}
