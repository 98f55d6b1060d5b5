import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { Keys } from './keys.ts';

export type TokenSubject = { readonly operatorId: string; readonly userName: string; readonly issuer: string };

/**
 * A session token in the shape of a JWT, signed with EdDSA. Clients read `operator.operatorId` from it; the server
 * looks up the hash of the whole string and obeys no claim. The 256-bit `jti` makes it unguessable.
 * @param now and `expiresAt` in milliseconds
 */
export function newApiToken(keys: Keys, subject: TokenSubject, now: number, expiresAt: number): Promise<string> {
  const { operatorId, userName } = subject;
  const operator = userName === '' ? { operatorId } : { operatorId, userName };
  return new SignJWT({ operator })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: keys.signing.kid })
    .setIssuer(subject.issuer)
    .setSubject(userName === '' ? operatorId : `${operatorId}/${userName}`)
    .setJti(randomBytes(32).toString('base64url'))
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(privateKey(keys));
}

/** The public half, as a JWKS document (RFC 7517), for services that verify tokens offline. */
export async function publicKeySet(keys: Keys): Promise<{ keys: object[] }> {
  const jwk = await exportJWK(createPublicKey(privateKey(keys)));
  return { keys: [{ ...jwk, kid: keys.signing.kid, use: 'sig', alg: 'EdDSA' }] };
}

const parsed = new WeakMap<Keys, KeyObject>();

function privateKey(keys: Keys): KeyObject {
  const known = parsed.get(keys) ?? createPrivateKey({ key: keys.signing as never, format: 'jwk' });
  parsed.set(keys, known);
  return known;
}
