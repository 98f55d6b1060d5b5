import { type Credentials, call } from './client.ts';
import { canaries, otpAt, type Root } from './people.ts';
import type { TestServer } from './server.ts';

export type Sam = { readonly operatorId: string; readonly userName: string; readonly password: string };

/** The operations of flow C (product.md). */
export const flowC = [
  'User:listUsers',
  'User:getUser',
  'User:verifyUserMFA',
  'User:enableUserMFA',
  'User:getUserMFAStatus',
  'User:revokeUserMFA',
];

/** The path of a SAM user. */
export function userPath(root: Root, name: string): string {
  return `/v1/operators/${root.operatorId}/users/${name}`;
}

/** A permission of one allow statement, as text. */
export function allow(api: string[], condition?: string): string {
  return JSON.stringify({ statements: [{ effect: 'allow', api, ...(condition && { condition }) }] });
}

/** Creates a SAM user with a password and, when given, a permission, through the API. */
export async function newSam(server: TestServer, root: Root, as: Credentials, name: string, permission?: string) {
  const password = `sam ${name} pass phrase`;
  canaries.add(password);
  await expectStatus(201, call(server, 'POST', userPath(root, name), { as, body: { description: name } }));
  await expectStatus(201, call(server, 'POST', `${userPath(root, name)}/password`, { as, body: { password } }));
  if (permission) {
    await expectStatus(200, call(server, 'PUT', `${userPath(root, name)}/permission`, { as, body: { permission } }));
  }
  return { operatorId: root.operatorId, userName: name, password };
}

/** Signs a SAM user in over the API. */
export async function signInSam(server: TestServer, sam: Sam, otp?: string): Promise<Credentials> {
  const body = { ...sam, ...(otp !== undefined && { mfaOTPCode: otp }) };
  const answer = await expectStatus(200, call(server, 'POST', '/v1/auth', { body }));
  if (answer.body.userName !== sam.userName) throw new Error(`signed in as ${String(answer.body.userName)}`);
  return credentialsOf(answer.body);
}

/** Turns a SAM user's MFA on; the clock stands one step later afterwards. Returns the seed. */
export async function enrolSam(server: TestServer, root: Root, as: Credentials, name: string): Promise<string> {
  const begun = await expectStatus(200, call(server, 'POST', `${userPath(root, name)}/mfa`, { as }));
  const seed = new URL(String(begun.body.totpUri)).searchParams.get('secret') ?? '';
  canaries.add(seed);
  const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
  await expectStatus(204, call(server, 'POST', `${userPath(root, name)}/mfa/verify`, { as, body }));
  server.clock.now += 30_000;
  return seed;
}

/** API key and token of a sign-in's answer. */
export function credentialsOf(body: Record<string, unknown>): Credentials {
  const credentials = { apiKey: String(body.apiKey), token: String(body.token) };
  canaries.add(credentials.apiKey).add(credentials.token);
  return credentials;
}

async function expectStatus<T extends { status: number; text: string }>(
  status: number,
  answer: Promise<T>,
): Promise<T> {
  const got = await answer;
  if (got.status !== status) throw new Error(`${status} expected, ${got.status} came: ${got.text}`);
  return got;
}
