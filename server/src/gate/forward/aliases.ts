import { remembered } from '../../remembered.ts';
import { ambiguous, type Sent } from './headers.ts';

/** The request as it is judged. */
type Judged = {
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  readonly uri: string;
  readonly path: string;
};

/** By which of their names programs take a request for another one than it is. */
const aliases: ReadonlyMap<string, (judged: Judged, said: string) => boolean> = new Map(
  Object.entries({
    'x-original-method': isMethod,
    'x-forwarded-method': isMethod,
    'x-http-method': isMethod,
    'x-http-method-override': isMethod,
    'x-method-override': isMethod,
    'x-original-host': isHost,
    'x-forwarded-host': isHost,
    'x-host': isHost,
    'x-http-host-override': isHost,
    'x-original-url': isUri,
    'x-original-uri': isUri,
    'x-forwarded-uri': isUri,
    'x-rewrite-url': isUri,
    'x-forwarded-path': ({ path, uri }: Judged, said: string) => said === path || said === uri,
  }),
);

/**
 * SECURITY: a client sends these past a proxy that does not know them, and the program behind may obey them: each must
 * say what is judged.
 * @throws Failure COM0001
 */
export function assertAgreeing(sent: Sent, judged: Judged, query: URLSearchParams): void {
  for (const [name, said] of sent) {
    const agrees = aliases.get(name);
    if (agrees && !said.every((value) => agrees(judged, value))) throw ambiguous(name);
  }
  if (!query.getAll('_method').every((said) => isMethod(judged, said))) throw ambiguous('_method');
  const told = sent.get('forwarded');
  if (told) assertForwarded(told.join(', '), judged);
}

function assertForwarded(forwarded: string, judged: Judged): void {
  const hosts = [...forwarded.matchAll(/\bhost\s*=\s*("[^"]*"|[^\s;,"]*)/gi)];
  const agree = hosts.every(([, said = '']) => isHost(judged, said.replace(/^"|"$/g, '')));
  if (!agree || (/\bhost/i.test(forwarded) && hosts.length === 0)) throw ambiguous('forwarded');
}

function isMethod({ method }: Judged, said: string): boolean {
  return said.toUpperCase() === method;
}

function isHost({ host, scheme }: Judged, said: string): boolean {
  return hostOf(`${scheme}://${said}`) === host && /^[\w.:[\]-]+$/.test(said);
}

const hostOf = remembered((origin) => (URL.canParse(origin) ? new URL(origin).host : undefined));

function isUri(judged: Judged, said: string): boolean {
  const [, host, uri] = /^[a-z]+:\/\/([^/]*)(.*)$/i.exec(said) ?? [];
  return said === judged.uri || (uri === judged.uri && isHost(judged, host ?? ''));
}
