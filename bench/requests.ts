import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';

/** Requests of one kind, to be sent in turn. */
export type Requests = {
  readonly url: string;
  readonly templates: readonly Template[];
  /** How many variants there are; variant `i` is made of template `i` modulo their number. */
  readonly variants: number;
};

/** In the path, a header or the body, `mark` stands for the number of the variant, with eight digits. */
export type Template = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export const mark = '\u0001';

/** The same request, again and again. */
export function oneRequest(url: string, path: string, headers: Record<string, string> = {}): Requests {
  return { url, templates: [{ method: 'GET', path, headers }], variants: 1 };
}

/** Variant `i`, with its number filled in. */
export function variantOf({ templates }: Requests, i: number): Template {
  const template = templates[i % templates.length] as Template;
  return JSON.parse(JSON.stringify(template).replaceAll('\\u0001', digitsOf(i))) as Template;
}

/** As the load generators write a variant's number. */
export function digitsOf(i: number): string {
  return String(i).padStart(8, '0');
}

export type Answer = {
  readonly status: number;
  readonly text: string /** Of head and body. */;
  readonly bytes: number;
};

/** Sends one variant on a connection of its own, as a connection that stays, and returns what came. */
export async function send(requests: Requests, i: number): Promise<Answer> {
  const { method, path, headers, body = '' } = variantOf(requests, i);
  const length = method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {};
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const whole = { method, agent: false, headers: { connection: 'keep-alive', ...headers, ...length } };
    const sent = request(requests.url + path, whole, resolve);
    sent.once('error', reject).end(body);
  });
  const text = await readText(response);
  response.destroy();
  const { statusCode: status = 0, statusMessage = '', rawHeaders } = response;
  const head =
    `HTTP/1.1 ${status} ${statusMessage}\r\n\r\n`.length + rawHeaders.join('').length + rawHeaders.length * 2;
  return { status, text, bytes: head + Buffer.byteLength(text) };
}
