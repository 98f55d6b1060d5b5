import type { Route } from './contract.ts';

/** Who calls: a session by key and token or by its token alone, or a program that asks the gate. */
export type Credential =
  | { readonly token: string; readonly apiKey?: string | undefined }
  | { readonly gateKey: string };

export type Language = 'en' | 'ja';

/** What is the same for each request of a client. */
export type Sender = {
  /** Address of the server, without a path. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Where a client sends its requests, and as whom.
 * @throws TypeError for what is no address of a server, or no credential; the text does not repeat it
 */
export function senderOf(url: string, credential: Credential | undefined, language: Language | undefined): Sender {
  const asked = { ...(language !== undefined && { 'x-soracom-lang': language }) };
  return { base: serverOf(url), headers: { accept: 'application/json', ...asked, ...credentialHeaders(credential) } };
}

/**
 * The origin of a server.
 * @throws TypeError
 */
export function serverOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.href === `${parsed.origin}/`) return parsed.origin;
  throw new TypeError('url: the address of Warifu is needed, such as https://id.example.com');
}

function credentialHeaders(credential: Credential | undefined): Record<string, string> {
  if (credential === undefined) return {};
  if ('gateKey' in credential) return { authorization: `Bearer ${visible('gateKey', credential.gateKey)}` };
  const token = visible('token', credential.token);
  if (credential.apiKey === undefined) return { authorization: `Bearer ${token}` };
  return { 'x-soracom-api-key': visible('apiKey', credential.apiKey), 'x-soracom-token': token };
}

/** SECURITY: `fetch` would repeat a bad header, and so the secret, in its error. */
function visible(name: string, secret: string): string {
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new TypeError(`${name}: is empty, or no value of a header`);
  return secret;
}

type Sent = Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> };
type Input = Readonly<Record<string, unknown>>;

/**
 * The request of an operation.
 * @throws TypeError that names a path variable which is missing, or which a path cannot have
 */
export function requestOf({ base, headers }: Sender, route: Route, input: Input): [url: string, init: Sent] {
  const rest: Record<string, unknown> = { ...input };
  const path = filled(route.path, rest);
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const pairs = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  const query = route.method === 'GET' && pairs !== '' ? `?${pairs}` : '';
  // SECURITY: nobody but this server gets the credential, by no redirect; cookies of the page do not mix with it.
  const manners = { redirect: 'error', credentials: 'omit', cache: 'no-store' } as const;
  const type = { json: 'application/json', form: 'application/x-www-form-urlencoded' };
  const body = route.body && {
    headers: { ...headers, 'content-type': type[route.body] },
    body: route.body === 'form' ? pairs : JSON.stringify(rest),
  };
  return [base + path + query, { method: route.method, headers, ...manners, ...body }];
}

/** Moves the values of `{name}` from the input into the path. */
function filled(path: string, rest: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    // SECURITY: a dot segment would make it another path (WHATWG URL, path state), even when its dots are encoded.
    if (typeof value !== 'string' || ['', '.', '..'].includes(value)) {
      throw new TypeError(`${name}: is needed in the path, and may not be empty, "." or ".."`);
    }
    return encodeURIComponent(value);
  });
}
