/** An answer of the HTTP API, its body read. */
export type Answer = { status: number; body: string; json: Record<string, unknown>; headers: Headers };

export type Credentials = { email: string; password: string };

export type Session = {
  operatorId: string;
  apiKey: string;
  token: string;
  call: (method: string, path: string, body?: unknown) => Promise<Answer>;
};

/** One request, as any HTTP client would send it. */
export async function request(
  baseUrl: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text, json: parse(text), headers: answer.headers };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Creates the first operator with the link that the server printed. */
export async function setUp(baseUrl: string, setupLink: string, { email, password }: Credentials, language = 'en') {
  const token = setupToken(setupLink);
  const answer = await request(baseUrl, 'POST', '/v1/setup', { token, email, password, language });
  if (answer.status !== 201) throw new Error(`setup answered ${answer.status} ${answer.body}`);
  return String(answer.json['operatorId']);
}

/** `<base>/setup#<token>` or `<base>/setup#token=<token>`. */
export function setupToken(link: string): string {
  return new URL(link).hash.slice(1).replace(/^token=/, '');
}

export function signIn(baseUrl: string, { email, password }: Credentials, mfaOTPCode?: string): Promise<Answer> {
  const code = mfaOTPCode === undefined ? {} : { mfaOTPCode };
  return request(baseUrl, 'POST', '/v1/auth', { email, password, ...code });
}

/** Signs in and gives calls the right headers. */
export async function session(baseUrl: string, credentials: Credentials, mfaOTPCode?: string): Promise<Session> {
  const answer = await signIn(baseUrl, credentials, mfaOTPCode);
  return sessionOf(baseUrl, answer);
}

/** What a sign-in was answered with, as what calls with it. */
export function sessionOf(baseUrl: string, answer: Answer): Session {
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status} ${answer.body}`);
  const { operatorId, apiKey, token } = answer.json as Record<'operatorId' | 'apiKey' | 'token', string>;
  const headers = { 'x-soracom-api-key': apiKey, 'x-soracom-token': token };
  const call: Session['call'] = (method, path, body) => request(baseUrl, method, path, body, headers);
  return { operatorId, apiKey, token, call };
}

/** The secret in an `otpauth:` URI. */
export function secretOf(totpUri: unknown): string {
  return new URL(String(totpUri)).searchParams.get('secret') ?? '';
}
