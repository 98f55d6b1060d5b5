import { generateSync } from 'otplib';
import { noOperator } from '../../src/audit/record.ts';
import { causeOf } from '../../src/change/cause.ts';
import { change } from '../../src/change/change.ts';
import { parseEmail } from '../../src/mail/address.ts';
import { openContent } from '../../src/mail/outbox.ts';
import { createOperator } from '../../src/operators/operators.ts';
import { type Credentials, call } from './client.ts';
import type { TestServer } from './server.ts';

export type Root = { readonly operatorId: string; readonly email: string; readonly password: string };

let counter = 0;

/** Everything secret that a scenario used or was shown; none of it may turn up where it should not (I5). */
export const canaries = new Set<string>();

/** A new operator with its root user. */
export async function newRoot(server: TestServer, password = `canary pass ${++counter} 割符`): Promise<Root> {
  const email = `root${++counter}@example.com`;
  const { ctx } = server;
  const address = parseEmail(email);
  if (!address) throw new Error('bad address');
  const passwordHash = await ctx.hasher.hash(password);
  const origin = {
    requestId: '',
    sourceIp: '',
    userAgent: '',
    method: '',
    path: '',
    apiKind: 'Test:create',
    language: 'en' as const,
  };
  const operator = { address, passwordHash, language: 'en' as const };
  const cause = causeOf(ctx, origin, 'system', 0);
  const operatorId = await change(cause, noOperator, (c) => createOperator(c, operator));
  canaries.add(password);
  return { operatorId, email, password };
}

/** Signs a root user in over the API; fails the test when it is refused. */
export async function signIn(server: TestServer, root: Root, otp?: string, ip?: string): Promise<Credentials> {
  const body = { email: root.email, password: root.password, ...(otp !== undefined && { mfaOTPCode: otp }) };
  const answer = await call(server, 'POST', '/v1/auth', { body, ...(ip && { ip }) });
  if (answer.status !== 200) throw new Error(`sign-in refused: ${answer.status} ${answer.text}`);
  const credentials = { apiKey: String(answer.body.apiKey), token: String(answer.body.token) };
  canaries.add(credentials.apiKey).add(credentials.token);
  return credentials;
}

export type Enrolled = Credentials & { readonly seed: string; readonly backupCodes: string[] };

/** Signs in and turns MFA on. The clock stands one step later afterwards, so that the next code is a new one. */
export async function enrol(server: TestServer, root: Root): Promise<Enrolled> {
  const as = await signIn(server, root);
  const seed = await begin(server, root, as);
  const answer = await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa/verify`, {
    as,
    body: { mfaOTPCode: otpAt(seed, server.clock.now) },
  });
  if (answer.status !== 200) throw new Error(`enrolment refused: ${answer.status} ${answer.text}`);
  const backupCodes = answer.body.backupCodes as string[];
  for (const code of backupCodes) canaries.add(code);
  server.clock.now += 30_000;
  return { ...as, seed, backupCodes };
}

/** Begins an enrolment; returns the seed. */
export async function begin(server: TestServer, root: Root, as: Credentials): Promise<string> {
  const answer = await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa`, { as });
  const seed = new URL(String(answer.body.totpUri)).searchParams.get('secret') ?? '';
  canaries.add(seed);
  return seed;
}

/** What the person's authenticator shows at a time (milliseconds). */
export function otpAt(seed: string, at: number): string {
  return generateSync({ secret: seed, epoch: Math.floor(at / 1000) });
}

/** A code that is not the current one, nor the one before or after. */
export function wrongOtp(seed: string, at: number): string {
  const near = [-60_000, -30_000, 0, 30_000, 60_000].map((offset) => otpAt(seed, at + offset));
  const code = ['000001', '111112', '222223', '333334', '444445', '555556'].find(
    (candidate) => !near.includes(candidate),
  );
  return code ?? '666667';
}

export type Mail = {
  readonly to: string;
  readonly template: string;
  readonly link: string | undefined;
  readonly cancelLink: string | undefined;
  readonly facts: Record<string, unknown>;
};

/** Does the waiting work and returns all mails in the outbox of an operator, oldest first. */
export async function mailsOf(server: TestServer, operatorId: string): Promise<Mail[]> {
  await server.jobs.drain();
  const rows = await server.ctx.db
    .selectFrom('outbox')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => {
    const facts = (openContent(server.ctx, row)?.facts ?? {}) as unknown as Record<string, unknown>;
    const text = (name: string) => (typeof facts[name] === 'string' ? facts[name] : undefined);
    return { to: row.recipient, template: row.template, link: text('link'), cancelLink: text('cancelLink'), facts };
  });
}

/** The token of the newest link of a kind that was mailed. */
export async function mailedToken(server: TestServer, operatorId: string, template: string): Promise<string> {
  const mail = (await mailsOf(server, operatorId)).filter((candidate) => candidate.template === template).at(-1);
  const token = new URL(mail?.link ?? 'http://none/#').hash.slice(1);
  if (token !== '') canaries.add(token);
  return token;
}

/** The audit rows of an operator for one operation, oldest first. */
export async function auditOf(server: TestServer, operatorId: string, apiKind?: string) {
  let query = server.ctx.db.selectFrom('audit_log').selectAll().where('operator_id', '=', operatorId);
  if (apiKind) query = query.where('api_kind', '=', apiKind);
  return await query.orderBy('sequence').execute();
}
