import { createPrivateKey, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { SignJWT } from 'jose';
import { isPublished, type SigningKey } from './key-file.ts';
import type { Keys } from './keys.ts';

export type TokenSubject = { readonly operatorId: string; readonly userName: string; readonly issuer: string };

/**
 * A session token in the shape of a JWT, signed with EdDSA. Clients read `operator.operatorId` from it; the server
 * looks up the hash of the whole string and obeys no claim. The 256-bit `jti` makes it unguessable.
 * @param now and `expiresAt` in milliseconds
 */
export function newApiToken(keys: Keys, subject: TokenSubject, now: number, expiresAt: number): Promise<string> {
  const { operatorId, userName } = subject;
  const key = signingKeyOf(keys);
  const operator = userName === '' ? { operatorId } : { operatorId, userName };
  return new SignJWT({ operator })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: key.kid })
    .setIssuer(subject.issuer)
    .setSubject(userName === '' ? operatorId : `${operatorId}/${userName}`)
    .setJti(randomBytes(32).toString('base64url'))
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(privateKey(key));
}

/** What an assertion says beside its times; the names of RFC 7519 and of OpenID Connect where they have one. */
export type Claims = {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly sid: string;
  readonly amr: readonly string[];
  /** Seconds. */
  readonly auth_time: number;
  readonly operator_id: string;
  readonly user_name: string;
};

type Assertion = { readonly text: string; readonly signedAt: number };

/** By key and claims, those that were signed first in front. */
const assertions = new Map<string, Assertion>();
const mostAssertions = 4096;
/** Milliseconds for which one is given again: to sign takes as long as all the rest of a question. */
const givenAgain = 4_000;

/**
 * Signs for a program behind a proxy who made a call; the next calls within four seconds get the same assertion when it
 * would say the same. SECURITY: a type of its own (RFC 8725 §3.11) and an audience keep it apart from session tokens,
 * which the same keys sign; as a token it opens nothing, as no session has its hash.
 * @param now and `life` in milliseconds
 */
export function assertionOf(keys: Keys, claims: Claims, now: number, life: number): string {
  const key = signingKeyOf(keys);
  const about = `${key.kid} ${life} ${JSON.stringify(claims)}`;
  const known = assertions.get(about);
  // A clock that was set back has signed nothing in the future.
  if (known && now >= known.signedAt && now - known.signedAt < givenAgain) return known.text;
  const text = newAssertion(key, claims, now, life);
  assertions.delete(about);
  assertions.set(about, { text, signedAt: now });
  if (assertions.size > mostAssertions) assertions.delete(assertions.keys().next().value as string);
  return text;
}

function newAssertion(key: SigningKey, claims: Claims, now: number, life: number): string {
  const iat = Math.floor(now / 1000);
  const payload = { ...claims, jti: randomUUID(), iat, exp: iat + Math.floor(life / 1000) };
  // By hand (RFC 7515 §7.1), as it is done for every call of every guarded program: by way of Web Crypto it takes more
  // than twice the time.
  const head = encoded({ alg: 'EdDSA', typ: 'warifu-gate+jwt', kid: key.kid });
  const signed = `${head}.${encoded(payload)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey(key)).toString('base64url')}`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function signingKeyOf({ signing: [key] }: Keys): SigningKey {
  if (!key) throw new Error('no signing key');
  return key;
}

/**
 * The public halves, as a JWKS document (RFC 7517), for services that verify tokens offline: of the next key before
 * anything is signed with it, of an old one as long as a token of it may live.
 */
export function publicKeySet({ signing }: Keys, now: number): { keys: object[] } {
  const published = signing.filter((key) => isPublished(key, now));
  return { keys: published.map(({ kty, crv, x, kid }) => ({ kty, crv, x, kid, use: 'sig', alg: 'EdDSA' })) };
}

const parsed = new WeakMap<SigningKey, KeyObject>();

function privateKey(key: SigningKey): KeyObject {
  const known = parsed.get(key) ?? createPrivateKey({ key: key as never, format: 'jwk' });
  parsed.set(key, known);
  return known;
}
