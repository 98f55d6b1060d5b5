import type { Guard, Site } from '../recipes/site.ts';
import type { Answer, Header, Send, Sent } from './client.ts';
import { probeHeader, type Received, type Receiver } from './receiver.ts';

/** What is wrong, and the lines of the recipe that are there against it. */
export type Finding = {
  readonly guards: readonly Guard[];
  /** Of a guard that has a line for each header: which. */
  readonly header: string;
  readonly found: string;
};

/** What was found, and what could not be tried. */
export type Report = { readonly findings: readonly Finding[]; readonly untried: readonly string[] };

/** What the checks work with. */
export type Probe = {
  readonly url: URL;
  readonly site: Site;
  /** Begins what nobody but this probe would send. */
  readonly secret: string;
  /** Whether Warifu sends browsers of this host to its sign-in page. */
  readonly signsIn: boolean;
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly receiver: Receiver | undefined;
  readonly send: Send;
  /** How many requests were sent. */
  count: number;
};

/** An answer, and what had reached the app. */
export type Tried = Answer & { readonly passed: boolean; readonly received: Received | undefined };

/** Sends a request with the token. */
export function tryAsUser(probe: Probe, sent: Sent): Promise<Tried> {
  const authorization: Header = ['Authorization', `Bearer ${probe.token}`];
  return tryOut(probe, { ...sent, headers: [...(sent.headers ?? []), authorization] });
}

/** Sends a request without credentials. */
export function tryOut(probe: Probe, sent: Sent): Promise<Tried> {
  const id = `${probe.secret}-${probe.count++}`;
  const headers: Header[] = [...(sent.headers ?? []), [probeHeader, id]];
  return probe.send({ ...sent, headers }).then((answer) => {
    const received = probe.receiver?.received(id);
    const passed = probe.receiver ? received !== undefined : looksPassed(probe, answer);
    return { ...answer, received, passed };
  });
}

/** From outside it is only guessed: an answer that is no refusal, and does not send to the sign-in page. */
function looksPassed({ baseUrl }: Probe, { status, headers: { location = '' } }: Answer): boolean {
  if (status >= 300 && status < 400) return !location.startsWith(`${baseUrl}/`);
  return status === 101 || (status >= 200 && status < 300);
}

/** What the sign-in page is told; undefined when the answer does not send there. */
export function toldSignIn({ baseUrl }: Probe, { headers: { location } }: Answer): URLSearchParams | undefined {
  return location?.startsWith(`${baseUrl}/`) ? new URL(location).searchParams : undefined;
}

/** What tells that a value was the client's: it says so. */
export const marked = ({ secret }: Probe, what = ''): string => `${secret}${what}`;

/** The headers that reached the app with a value of the client's. */
export function brought(probe: Probe, received: Received | undefined): string[] {
  const names = (received?.headers ?? []).filter(([, value]) => value.includes(probe.secret)).map(([name]) => name);
  return [...new Set(names)].filter((name) => name.toLowerCase() !== probeHeader);
}

/** What a request asks to speak instead of HTTP/1.1, on all lines; empty when nothing. */
export const upgradeOf = (headers: readonly Header[]): string =>
  headers.flatMap(([name, value]) => (name.toLowerCase() === 'upgrade' ? [value] : [])).join(', ');

/** One name of a header for all that read it alike. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z\d]/g, '-');

/** The header of a list that a name is read as. */
export const readAs = (name: string, headers: readonly string[]): string | undefined =>
  headers.find((header) => header.toLowerCase() === plainName(name));
