import { generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertionOf } from '../../server/src/crypto/api-token.ts';
import { createVerifier } from '../src/gate/assertion.ts';
import type { App } from './apps/app.ts';
import { frameworks } from './support/frameworks.ts';
import { get } from './support/raw.ts';
import {
  importCatalogue,
  type SignedInRoot,
  signedInRoot,
  signedInSam,
  startWarifu,
  type Warifu,
} from './support/warifu.ts';

const audience = 'orders.example.com';
let warifu: Warifu;
let root: SignedInRoot;

beforeAll(async () => {
  warifu = await startWarifu({ WARIFU_TRUSTED_PROXIES: '127.0.0.1/32' });
  root = await signedInRoot(warifu);
  await importCatalogue(warifu, 'deny', { '/behind': { get: { tags: ['Order'], operationId: 'behind' } } });
});
afterAll(() => warifu.stop());

/** What forward-auth adds to the request of a session at a host. */
async function assertionFor({ token }: { token: string }, host = audience): Promise<string> {
  const answer = await get(warifu.port, '/api/authz/forward-auth', {
    authorization: `Bearer ${token}`,
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-method': 'GET',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': host,
    'x-forwarded-uri': '/behind',
  });
  expect(answer.status).toBe(200);
  return String(answer.headers['x-warifu-jwt']);
}

describe.each(frameworks)('a program of %s behind forward-auth', (_, start) => {
  let app: App;
  const said: string[] = [];
  const begin = (url: string) => {
    const gate = { url, gateKey: 'warifu_gate_unused' };
    return start(gate, { url, audience, log: (message) => void said.push(message) });
  };
  beforeAll(async () => {
    app = await begin(warifu.url);
  });
  afterAll(() => app.stop());
  const behind = (assertion: string, more = {}) => get(app.port, '/behind', { 'x-warifu-jwt': assertion, ...more });

  it('knows whom Warifu vouches for, whatever other headers say', async () => {
    const hana = await signedInSam(root, `hana${said.length}${app.port}`, [{ effect: 'allow', api: 'Order:behind' }]);
    const forged = { 'remote-user': 'somebody', 'x-warifu-operator': 'OP9999999999' };
    const { status, body } = await behind(await assertionFor(hana.credential), forged);
    expect([status, body]).toEqual([
      200,
      {
        operatorId: root.operatorId,
        kind: 'sam',
        userName: hana.user_name,
        principal: `srn:soracom:${root.operatorId}::User:${hana.user_name}`,
        sessionId: expect.stringMatching(/./),
        amr: ['pwd'],
        authTime: expect.any(Number),
      },
    ]);
    expect((await behind(await assertionFor(root.credential))).body).toMatchObject({ kind: 'root', userName: '' });
  });

  it('believes no assertion for another program, of another time, of another kind or by another key', async () => {
    const { ctx, clock } = warifu.server;
    const mine = await assertionFor(root.credential);
    const [header = '', payload = '', signature = ''] = mine.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Parameters<typeof assertionOf>[1];
    const { alg: _alg, ...head } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, string>;
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey } = await generateKeyPair('EdDSA');
    const forged = (more: object) => assertionOf(ctx.keys, { ...claims, ...more }, clock.now, 60_000);
    const ours = await importJWK(ctx.keys.signing[0] as JWK, 'EdDSA');
    const ofType = (typ: string) => new SignJWT(claims).setProtectedHeader({ ...head, alg: 'EdDSA', typ }).sign(ours);
    expect((await behind(await ofType(head.typ ?? ''))).status).toBe(200);
    const refused: Record<string, string> = {
      nothing: '',
      'another program': await assertionFor(root.credential, 'else.example.com'),
      'the same host at another port': await assertionFor(root.credential, `${audience}:8443`),
      'another issuer': forged({ iss: 'https://else.example.com' }),
      'several audiences at another place': forged({ aud: ['else.example.com', 'third.example.com'] }),
      'a session': root.credential.token,
      'another kind for this program': await ofType('JWT'),
      'two minutes ago': assertionOf(ctx.keys, claims, clock.now - 120_000, 60_000),
      'a long life': assertionOf(ctx.keys, claims, clock.now - 120_000, 3_600_000),
      'another key': await new SignJWT(claims)
        .setProtectedHeader({ ...head, alg: 'EdDSA' })
        .setExpirationTime('1m')
        .sign(privateKey),
      'no signature': `${encoded({ ...head, alg: 'none' })}.${payload}.`,
      'a changed claim': `${header}.${encoded({ ...claims, user_name: 'else' })}.${signature}`,
      'two of them': `${mine}, ${mine}`,
    };
    for (const [what, assertion] of Object.entries(refused)) {
      const { status, body } = await behind(assertion);
      expect([what, status, body.code]).toEqual([what, 401, 'AUM0001']);
    }
    expect((await behind(mine)).status).toBe(200);
    expect(said).toEqual([]);
  });

  it('is closed while the keys cannot be read', async () => {
    const alone = await begin('http://127.0.0.1:1');
    const { status, body } = await get(alone.port, '/behind', { 'x-warifu-jwt': await assertionFor(root.credential) });
    expect([status, body.code]).toEqual([503, 'COM0503']);
    expect(said.splice(0)).toHaveLength(1);
    await alone.stop();
  });
});

it.each(['', 'https://orders.example.com', 'orders.example.com/'])('%j is no audience', (wrong) => {
  expect(() => createVerifier({ url: 'https://id.example.com', audience: wrong })).toThrow(/^audience: /);
});
