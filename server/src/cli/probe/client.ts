import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export type Header = readonly [name: string, value: string];

/** A request as a forger would write it; nothing of it is tidied up. */
export type Sent = {
  readonly method?: string;
  /** As it stands in the request line. */
  readonly target?: string;
  readonly host?: string;
  readonly headers?: readonly Header[];
  readonly body?: string;
};

/** `status` is 0 when no answer came. */
export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export type Send = (sent: Sent) => Promise<Answer>;

const patience = 15_000;

/** Sends requests to a URL over connections that are kept, as browsers do. */
export function clientOf(url: URL): { send: Send; stop: () => void } {
  const secure = url.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1 })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const send: Send = ({ method = 'GET', target = url.pathname + url.search, host = url.host, headers = [], body }) =>
    new Promise((resolve) => {
      const length: Header[] = body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]];
      const written = [['Host', host] as Header, ...headers, ...length].flat();
      const upgrades = headers.some(([name]) => name.toLowerCase() === 'upgrade');
      const options = {
        // A connection that is upgraded, or that the client asks to close, is not for the next request.
        agent: upgrades ? false : agent,
        method,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || (secure ? 443 : 80),
        path: target,
        headers: written,
        setHost: false,
        signal: AbortSignal.timeout(patience),
      };
      const none = () => resolve({ status: 0, headers: {}, body: '' });
      const answered = (response: IncomingMessage) => {
        const { statusCode = 0, headers: got } = response;
        text(response).then((read) => resolve({ status: statusCode, headers: got, body: read }), none);
      };
      const request = (secure ? requestHttps : requestHttp)(options, answered);
      request.once('upgrade', (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' });
      });
      request.once('error', none).end(body);
    });
  return { send, stop: () => agent.destroy() };
}
