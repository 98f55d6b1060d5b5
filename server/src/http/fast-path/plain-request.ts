import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { RouteTimes } from '../../counts.ts';
import { limits } from '../../limits.ts';
import { remembered } from '../../remembered.ts';
import type { Identified } from '../security-headers.ts';

/** A request of HTTP/1.1 that is written in the one plain way, and came whole and alone. */
export class PlainRequest implements Identified {
  /** Method and path, such as `POST /v1/authz/check`. */
  readonly route: string;
  readonly method: string;
  readonly url: string;
  /** Each name once, in small letters. */
  readonly headers: IncomingHttpHeaders = {};
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: string[] = [];
  readonly socket: Socket;
  body: Buffer = noBytes;
  begun = 0;
  requestId = '';
  caller: Identified['caller'] = undefined;
  times: RouteTimes | undefined = undefined;

  constructor(route: string, gap: number, socket: Socket) {
    this.route = route;
    this.method = route.slice(0, gap);
    this.url = route.slice(gap + 1);
    this.socket = socket;
  }
}

const [inName, inPath, inValue] = [1, 2, 4];

const noBytes = Buffer.alloc(0);

/** For each byte: whether it may stand in the name of a header, in a path, in a value. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z\d-]/.test(character)) return inName | inPath | inValue;
  if (/[\x21-\x7e]/.test(character)) return inPath | inValue;
  return character === ' ' ? inValue : 0;
});

const starts = ['GET /', 'POST /'];
const version = ' HTTP/1.1\r\n';
const [colon, space, cr, lf] = [0x3a, 0x20, 0x0d, 0x0a];

/** Names and values. The library has a bound too, which is higher. */
const mostHeaders = 200;

/** What says how a message is framed or what becomes of its connection; and what Node gives as a list. */
const unusual = new Set([
  'expect',
  'http2-settings',
  'proxy-connection',
  'set-cookie',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads what came over a connection at once.
 * SECURITY: it is taken for a request only where no two parsers could differ: no name twice, no blank but the one behind
 * a colon, nothing but printable ASCII, nothing about framing but a length that ends exactly where the bytes end. So
 * nothing of it can belong to another request (RFC 9112 §11.2), and whatever is odd is left to the library's parser.
 * @returns undefined for anything else
 */
export function readPlainRequest(bytes: Buffer, socket: Socket): PlainRequest | undefined {
  const text = bytes.toString('latin1');
  const gap = starts.find((start) => text.startsWith(start))?.indexOf(' ');
  if (gap === undefined) return undefined;
  const end = pass(bytes, gap + 1, inPath);
  if (!text.startsWith(version, end)) return undefined;
  const request = new PlainRequest(text.slice(0, end), gap, socket);
  const bodyAt = readHeaders(bytes, text, { request, from: end + version.length });
  // What is too long is refused by the library.
  if (bodyAt === undefined || bodyAt > limits.http.headerBytes || !isFramed(request, bytes.length - bodyAt))
    return undefined;
  if (bodyAt < bytes.length) request.body = bytes.subarray(bodyAt);
  return request;
}

type Place = { readonly request: PlainRequest; readonly from: number };

/** @returns where the body begins; undefined for what is not plain */
function readHeaders(bytes: Buffer, text: string, { request, from }: Place): number | undefined {
  const { headers, rawHeaders } = request;
  let at = from;
  while (bytes[at] !== cr) {
    const nameEnd = pass(bytes, at, inName);
    const valueAt = nameEnd + 2;
    const end = pass(bytes, valueAt, inValue);
    if (nameEnd === at || bytes[nameEnd] !== colon || bytes[nameEnd + 1] !== space) return undefined;
    if (bytes[valueAt] === space || bytes[end - 1] === space || bytes[end] !== cr || bytes[end + 1] !== lf)
      return undefined;
    const sent = text.slice(at, nameEnd);
    const name = lowerCase(sent);
    if (headers[name] !== undefined || unusual.has(name) || rawHeaders.length === mostHeaders) return undefined;
    headers[name] = text.slice(valueAt, end);
    rawHeaders.push(sent, headers[name]);
    at = end + 2;
  }
  return bytes[at + 1] === lf ? at + 2 : undefined;
}

/** @returns where the first byte of another kind stands */
function pass(bytes: Buffer, from: number, kind: number): number {
  let at = from;
  while (((kinds[bytes[at] ?? 0] as number) & kind) !== 0) at++;
  return at;
}

const lowerCase = remembered((name) => name.toLowerCase());

function isFramed({ method, headers }: PlainRequest, bodyBytes: number): boolean {
  const { host, connection = 'keep-alive', 'content-length': length } = headers;
  if (host === undefined || connection.toLowerCase() !== 'keep-alive') return false;
  return method === 'GET' ? length === undefined && bodyBytes === 0 : length === String(bodyBytes);
}
