import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
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
  const [key] = keys.signing;
  if (!key) throw new Error('no signing key');
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
