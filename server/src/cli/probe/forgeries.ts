import { h2cSettings } from '../recipes/site.ts';
import type { Header } from './client.ts';
import { webSocket } from './receiver.ts';

/** The same headers written in ways that a program behind the proxy may read alike. */
export const spellings: Readonly<Record<string, (name: string, value: string) => Header[]>> = {
  plain: (name, value) => [[name, value]],
  'in odd case': (name, value) => [
    [[...name].map((c, i) => (i % 2 ? c.toUpperCase() : c.toLowerCase())).join(''), value],
  ],
  twice: (name, value) => [
    [name, value],
    [name, value],
  ],
  'with _': (name, value) => [[name.replaceAll('-', '_'), value]],
  'with - and _': (name, value) => [[name.replace(/-(?=[^-]*$)/, '_'), value]],
  'with .': (name, value) => [[name.replaceAll('-', '.'), value]],
};

/** Names of one header with every other mark that a name may have (RFC 9110 §5.6.2). */
export const otherMarks = (name: string): string[] => Array.from("!#$%&'*+^|~`", (mark) => name.replaceAll('-', mark));

/** Ways to write a path that a program behind the proxy may read as another one. */
export function oddTargets(url: URL): string[] {
  const path = url.pathname;
  const rest = path.replace(/^\//, '');
  return [
    `/.${path}`,
    `/probe/..${path}`,
    `/${path}`,
    `/%2e${path}`,
    `/probe/%2e%2e${path}`,
    `/probe/.%2E${path}`,
    `/probe%2f..%2f${rest}`,
    `/probe%5c..%5c${rest}`,
    `/probe\\..\\${rest}`,
    `/probe/%252e%252e${path}`,
    `/probe/..;${path}`,
    `${path};probe=1`,
    `${path}%00`,
    `${path}%3bprobe`,
    `${path}%09`,
    `${path}#probe`,
    `${url.origin}${path}`,
    `http://probe.invalid${path}`,
  ];
}

/** Whether two programs may read a request target as two paths. */
export function isOdd(target: string): boolean {
  const path = target.replace(/\?.*$/s, '');
  return !path.startsWith('/') || /\/{2}|\/\.{1,2}(?:\/|;|$)|[\\;#]|%(?:2e|2f|5c|25|00|3b|09)/i.test(path);
}

const key: readonly Header[] = [
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', webSocket.key],
];

/** Headers of a client that opens a WebSocket, with what it writes into `Connection`. */
export const openingBy = (connection: string): Header[] => [
  ['Connection', connection],
  ['Upgrade', 'websocket'],
  ...key,
];

export const opening = openingBy('Upgrade');

/** Headers that ask for another protocol (RFC 7540 §3.2), in ways that a proxy may take for a WebSocket. */
export const otherProtocols = [['h2c'], ['H2C'], ['h2c, websocket'], ['websocket, h2c'], ['websocket', 'h2c']].map(
  (names): readonly Header[] => [
    ['Connection', `Upgrade, ${h2cSettings}`],
    ...names.map((name): Header => ['Upgrade', name]),
    [h2cSettings, 'AAMAAABkAAQCAAAAAAIAAAAA'],
    ...key,
  ],
);

/** Methods besides GET, some of which proxies treat apart. */
export const methods = ['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'PROBE'];
