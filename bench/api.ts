export type Credentials = { readonly apiKey: string; readonly token: string };

/** A program's view of a server. */
export type Api = {
  /** Signs in with whatever names a user. */
  signIn(credentials: object): Promise<Credentials>;
  /** A call that must succeed; the body of its answer. */
  must(as: Credentials, method: string, path: string, body: object): Promise<Record<string, string>>;
};

export function openApi(url: string): Api {
  return {
    signIn: async (credentials) => (await request(url, 'POST', '/v1/auth', { body: credentials })) as Credentials,
    must: (as, method, path, body) => request(url, method, path, { as, body }),
  };
}

export function headersOf({ apiKey, token }: Credentials): Record<string, string> {
  return { 'x-soracom-api-key': apiKey, 'x-soracom-token': token };
}

async function request(url: string, method: string, path: string, { as, body }: { as?: Credentials; body: object }) {
  const headers = { 'content-type': 'application/json', ...(as && headersOf(as)) };
  const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, string>;
}
