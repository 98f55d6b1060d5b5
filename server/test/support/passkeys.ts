import { type Browser, newBrowser } from './browser.ts';
import { type Answer, type Credentials, call } from './client.ts';
import { canaries, type Root } from './people.ts';
import type { SecurityKey, Twist } from './security-key.ts';
import type { TestServer } from './server.ts';

type Options = Parameters<SecurityKey['create']>[0] & Parameters<SecurityKey['get']>[0];

/** Registers a passkey in a session; fails the test when it is refused. */
export async function register(server: TestServer, as: Credentials, key: SecurityKey): Promise<Answer> {
  const begun = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
  const passkey = key.create(begun.body.options as Options);
  const answer = await call(server, 'POST', '/v1/auth/passkeys', { as, body: { passkey } });
  if (answer.status !== 200) throw new Error(`registration refused: ${answer.status} ${answer.text}`);
  for (const code of answer.body.backupCodes as string[]) canaries.add(code);
  return answer;
}

/** What a passkey answers to a challenge of a session. */
export async function answerIn(server: TestServer, as: Credentials, key: SecurityKey, twist: Twist = {}) {
  const { body } = await call(server, 'POST', '/v1/auth/passkeys/challenge', { as });
  return key.get(body.options as Options, twist);
}

/** What a browser is asked for a whole sign-in. */
export async function beginAlone(browser: Browser): Promise<Options> {
  const { body } = await browser.call('POST', '/v1/console/sign_in/passkey/begin', { body: { pending: false } });
  return body.options as Options;
}

/** A whole sign-in with a passkey. */
export async function signInAlone(browser: Browser, key: SecurityKey, twist: Twist = {}): Promise<Answer> {
  const passkey = key.get(await beginAlone(browser), twist);
  return await browser.call('POST', '/v1/console/sign_in/passkey', { body: { passkey } });
}

/** A browser whose password was right; what it is asked next. */
export async function beginBeside(server: TestServer, { email, password }: Root) {
  const browser = newBrowser(server);
  const first = await browser.call('POST', '/v1/console/sign_in', { body: { email, password } });
  const asked = await browser.call('POST', '/v1/console/sign_in/passkey/begin', { body: { pending: true } });
  return { browser, first, options: asked.body.options as Options };
}

/** The second step with a passkey. */
export async function finishBeside(browser: Browser, passkey: unknown): Promise<Answer> {
  return await browser.call('POST', '/v1/console/sign_in/verify', { body: { passkey } });
}
