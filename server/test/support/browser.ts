import { type Answer, call } from './client.ts';
import { canaries, type Root } from './people.ts';
import type { Sam } from './sam.ts';
import type { TestServer } from './server.ts';

const ownOrigin = 'http://localhost:8787';

export type Browser = {
  /** What the browser keeps; a test may change it. */
  readonly cookies: Map<string, string>;
  /** The token that the console's pages send with writes. */
  csrfToken: string | undefined;
  /** A request as a page of the console would send it; a header set to '' is left out. */
  call(method: string, path: string, options?: BrowserCall): Promise<Answer>;
};

type BrowserCall = { readonly body?: unknown; readonly headers?: Record<string, string> };

/** A browser with an empty cookie jar. */
export function newBrowser(server: TestServer, ip = '198.51.100.20'): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    cookies,
    csrfToken: undefined,
    call: async (method, path, { body, headers = {} } = {}) => {
      const all: Record<string, string> = {
        origin: ownOrigin,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'x-csrf-token': browser.csrfToken ?? '',
        ...headers,
      };
      const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
      const answer = await call(server, method, path, { body, headers: sent, ip });
      keep(cookies, answer);
      return answer;
    },
  };
  return browser;
}

/** The lines of `Set-Cookie` of an answer. */
export function setCookies(answer: Answer): string[] {
  const header = answer.headers['set-cookie'];
  return header === undefined ? [] : [header].flat().map(String);
}

/** Signs a root user or a SAM user in to the console; fails the test when it is refused. */
export async function signInConsole(server: TestServer, who: Root | Sam, otp?: string, ip?: string): Promise<Browser> {
  const browser = newBrowser(server, ip);
  const { password } = who;
  const body = 'email' in who ? { email: who.email, password } : who;
  const first = await browser.call('POST', '/v1/console/sign_in', { body });
  if (first.body.next === 'MFA') {
    await browser.call('POST', '/v1/console/sign_in/verify', { body: { mfaOTPCode: otp ?? '' } });
  }
  const session = await browser.call('GET', '/v1/console/session');
  if (session.status !== 200) throw new Error(`console sign-in refused: ${first.status} ${first.text}`);
  browser.csrfToken = String(session.body.csrfToken);
  return browser;
}

function keep(cookies: Map<string, string>, answer: Answer): void {
  for (const line of setCookies(answer)) {
    const [pair = '', ...attributes] = line.split('; ');
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(name.length + 1);
    const gone =
      value === '' || attributes.some((attribute) => /^(Max-Age=0|Expires=Thu, 01 Jan 1970)/.test(attribute));
    if (gone) cookies.delete(name);
    else {
      cookies.set(name, value);
      canaries.add(value);
    }
  }
}
