import { type Answer, type Call, type Credentials, call } from './client.ts';
import { canaries, type Enrolled, enrol, mailedToken, newRoot, otpAt, type Root } from './people.ts';
import { allow, enrolSam, newSam, type Sam, signInSam, userPath } from './sam.ts';
import type { TestServer } from './server.ts';

const mayReset = allow(['User:startUserMFAReset', 'User:approveUserMFAReset', 'User:getUserMFAStatus']);

export type Office = {
  readonly root: Root;
  readonly as: Enrolled;
  /** The SAM user that lost its phone. */
  readonly hana: Sam;
  readonly path: string;
  /** SAM users that may help; `second` is another person. */
  readonly helper: Credentials;
  readonly second: Credentials;
};

/** An operator with somebody who needs a reset, and two who may help; all have MFA. */
export async function newOffice(server: TestServer): Promise<Office> {
  const root = await newRoot(server);
  const as = await enrol(server, root);
  const hana = await newSam(server, root, as, 'hana');
  await enrolSam(server, root, as, 'hana');
  const helper = await newHelper(server, root, as, 'helper');
  const second = await newHelper(server, root, as, 'second');
  return { root, as, hana, path: `${userPath(root, 'hana')}/mfa/reset`, helper, second };
}

/** A SAM user that may help, signed in with MFA. */
export async function newHelper(server: TestServer, root: Root, as: Credentials, name: string, permission = mayReset) {
  const sam = await newSam(server, root, as, name, permission);
  const seed = await enrolSam(server, root, as, name);
  return await signInSam(server, sam, otpAt(seed, server.clock.now));
}

/** Starts a reset with a code that is handed over. */
export async function startByCode(server: TestServer, { path }: Office, as: Credentials) {
  const body = { reason: 'phone lost', handOver: 'code' };
  const answer = await call(server, 'POST', path, { as, body });
  // In a refusal it is the code of the error.
  const code = answer.status === 201 ? String(answer.body.code) : '';
  if (code !== '') canaries.add(code).add(code.replace('-', ''));
  return { answer, code, caseId: String(answer.body.caseId) };
}

export type Finish = Partial<{ operatorId: string; userName: string; password: string; token: string; code: string }>;

export async function finish(server: TestServer, { hana }: Office, proof: Finish, options: Call = {}): Promise<Answer> {
  const body = { ...hana, ...proof };
  return await call(server, 'POST', '/v1/operators/user_mfa_reset/finish', { ...options, body });
}

/** Gives a SAM user an address, whose link it follows. */
export async function giveAddress(server: TestServer, { root }: Office, as: Credentials, email: string) {
  server.clock.now += 1000;
  const asked = await call(server, 'PUT', `${userPath(root, 'hana')}/email`, { as, body: { email } });
  if (asked.status !== 202) throw new Error(`202 expected, ${asked.status} came: ${asked.text}`);
  const token = await mailedToken(server, root.operatorId, 'add_email_link');
  const done = await call(server, 'POST', '/v1/operators/add_email_token/verify', { body: { token } });
  if (done.status !== 200) throw new Error(`200 expected, ${done.status} came: ${done.text}`);
}

export async function mfaOf(server: TestServer, { root, as }: Office) {
  return (await call(server, 'GET', `${userPath(root, 'hana')}/mfa`, { as })).body;
}
