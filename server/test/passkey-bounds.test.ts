import { execFileSync } from 'node:child_process';
import { randomUUID, sign, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noOperator } from '../src/audit/record.ts';
import { limits } from '../src/limits.ts';
import { type Browser, newBrowser } from './support/browser.ts';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { beginAlone, register, signInAlone } from './support/passkeys.ts';
import { auditOf, begin, newRoot, otpAt, signIn } from './support/people.ts';
import { allow, newSam, signInSam, userPath } from './support/sam.ts';
import { type Made, newSecurityKey, type Twist } from './support/security-key.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const said = ({ status, body }: Answer) => [status, body.code];
type Options = Parameters<ReturnType<typeof newSecurityKey>['create']>[0];

describe.each(engines)('what bounds passkeys and factors, on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const factorsOf = async (as: Credentials) =>
    JSON.parse((await call(server, 'GET', '/v1/auth/factors', { as })).text) as { factorId: string; label: string }[];

  /** More of the one passkey that is there: what matters of them is how many they are. */
  const fillUp = async (operatorId: string, count: number) => {
    const { db } = server.ctx;
    const factor = await db
      .selectFrom('factors')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .executeTakeFirstOrThrow();
    const key = await db
      .selectFrom('passkeys')
      .selectAll()
      .where('operator_id', '=', operatorId)
      .executeTakeFirstOrThrow();
    for (let i = 0; i < count; i++) {
      const factor_id = randomUUID();
      await db
        .insertInto('factors')
        .values({ ...factor, factor_id })
        .execute();
      await db
        .insertInto('passkeys')
        .values({ ...key, factor_id, credential_id: factor_id })
        .execute();
    }
  };

  it('R66: nobody has more passkeys than may be, in however many sessions they were begun', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const key = newSecurityKey();
    await register(server, as, key);
    await fillUp(root.operatorId, limits.passkeys.perUser - 2);
    const begun: [Browser, Options][] = [];
    for (let i = 0; i < 3; i++) {
      const browser = newBrowser(server);
      await signInAlone(browser, key);
      browser.csrfToken = String((await browser.call('GET', '/v1/console/session')).body.csrfToken);
      begun.push([browser, (await browser.call('POST', '/v1/auth/passkeys/begin')).body.options as Options]);
    }
    const answers = [];
    for (const [browser, options] of begun) {
      const passkey = newSecurityKey().create(options);
      answers.push(said(await browser.call('POST', '/v1/auth/passkeys', { body: { passkey } })));
    }
    expect(answers).toEqual([
      [200, undefined],
      [400, 'MFA0017'],
      [400, 'MFA0017'],
    ]);
    expect(await factorsOf(as)).toHaveLength(limits.passkeys.perUser);
  });

  it('R25: the door for a further app is none for the first one, whose backup codes it would not show', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const verify = '/v1/auth/authenticator_app/verify';
    const confirm = async (seed: string, who: Credentials, path = verify) =>
      said(await call(server, 'POST', path, { as: who, body: { mfaOTPCode: otpAt(seed, server.clock.now) } }));
    const seed = await begin(server, root, as);
    expect(await confirm(seed, as)).toEqual([400, 'MFA0005']);
    const status = () => call(server, 'GET', `/v1/operators/${root.operatorId}/mfa`, { as });
    expect((await status()).body).toEqual({ status: 'UNCONFIRMED' });
    // Nor for a SAM user whom a permission lets begin, and none lets finish.
    const sam = await newSam(server, root, as, 'taro', allow(['User:enableUserMFA']));
    const taro = await signInSam(server, sam);
    const begun = await call(server, 'POST', `${userPath(root, 'taro')}/mfa`, { as: taro });
    const own = new URL(String(begun.body.totpUri)).searchParams.get('secret') ?? '';
    expect(await confirm(own, taro)).toEqual([400, 'MFA0005']);
    expect(await confirm(own, taro, `${userPath(root, 'taro')}/mfa/verify`)).toEqual([403, 'AUM0017']);
    expect(await confirm(seed, as, `/v1/operators/${root.operatorId}/mfa/verify`)).toEqual([200, undefined]);
  });

  it('0029: answers to what nobody asked for are not on record, and each challenge bears one', async () => {
    const key = newSecurityKey();
    const root = await newRoot(server);
    await register(server, await signIn(server, root), key);
    const stranger = newSecurityKey();
    stranger.create({ rp: { id: 'localhost' }, user: { id: 'AAAA' }, challenge: 'AAAA' });
    const browser = newBrowser(server);
    const enter = async (passkey: unknown) =>
      said(await browser.call('POST', '/v1/console/sign_in/passkey', { body: { passkey } }));
    const onRecord = async () =>
      (await auditOf(server, noOperator)).length + (await auditOf(server, root.operatorId)).length;
    const before = await onRecord();
    for (const one of [key, stranger]) {
      const unasked = one.get({ rpId: 'localhost', challenge: 'A'.repeat(43) });
      for (let i = 0; i < 3; i++) expect(await enter(unasked)).toEqual([401, 'MFA0013']);
    }
    expect(await onRecord()).toBe(before);
    const answered = stranger.get(await beginAlone(browser));
    for (let i = 0; i < 3; i++) expect(await enter(answered)).toEqual([401, 'MFA0013']);
    expect(await onRecord()).toBe(before + 1);
    expect(await enter(key.get(await beginAlone(browser)))).toEqual([200, undefined]);
  });

  const attestations: Record<string, [attest: NonNullable<Twist['attest']>, status: number]> = {
    'by the new key itself': [selfSigned, 200],
    'by a certificate that the client made': [u2f, 401],
  };
  it.each(Object.keys(attestations))('R33: nobody asks who made a device; an attestation %s', async (name) => {
    const [attest, status] = attestations[name] ?? [selfSigned, 0];
    const as = await signIn(server, await newRoot(server));
    const { body } = await call(server, 'POST', '/v1/auth/passkeys/begin', { as });
    const passkey = newSecurityKey().create(body.options as Options, { attest });
    const answer = await call(server, 'POST', '/v1/auth/passkeys', { as, body: { passkey } });
    expect(answer.status).toBe(status);
    expect(await factorsOf(as)).toHaveLength(status === 200 ? 1 : 0);
  });

  it('R72: a name of a factor is one line of what is seen', async () => {
    const as = await signIn(server, await newRoot(server));
    await register(server, as, newSecurityKey());
    const [factor] = await factorsOf(as);
    const named = async (label: string) => {
      const path = `/v1/auth/factors/${factor?.factorId}`;
      expect((await call(server, 'PUT', path, { as, body: { label } })).status).toBe(204);
      return (await factorsOf(as))[0]?.label;
    };
    expect(await named(' my\u3000key \u{1f511}\n2 ')).toBe('my key \u{1f511} 2');
    expect(await named('\u202ekey\u2066\u200b')).toBe('key');
    expect(await named('\u200b \u202e')).toBe('');
  });
});

/** Packed, without a certificate (W3C WebAuthn L3 §8.2). */
function selfSigned({ data, clientHash, sign: own }: Made): readonly [string, Map<string, unknown>] {
  const sig = own(Buffer.concat([data, clientHash]));
  return [
    'packed',
    new Map<string, unknown>([
      ['alg', -7],
      ['sig', sig],
    ]),
  ];
}

/** FIDO U2F (§8.6), with a certificate of somebody's making: the library alone would take it. */
function u2f({ data, clientHash, id, point }: Made): readonly [string, Map<string, unknown>] {
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=device -keyout - -out -';
  const pem = execFileSync('openssl', made.split(' '), { encoding: 'utf8', stdio: 'pipe' });
  const signed = Buffer.concat([Buffer.alloc(1), data.subarray(0, 32), clientHash, id, point]);
  const statement: [string, unknown][] = [
    ['sig', sign('sha256', signed, pem)],
    ['x5c', [new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))).raw]],
  ];
  return ['fido-u2f', new Map(statement)];
}
