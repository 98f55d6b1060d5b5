import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { serverOf } from '../request.ts';
import { type IncomingCall, languageIn } from './call.ts';
import type { Log } from './gate.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { assertHost } from './setting.ts';

export type AssertionOptions = {
  /** Address of Warifu, which signs as this. */
  readonly url: string;
  /** The host of this application, with its port unless it is the scheme's own: `app.example.com`. */
  readonly audience: string;
  /** `console.error` when left out. */
  readonly log?: Log | undefined;
};

/** Whom a proxy that asked Warifu vouches for. */
export type Asserted = {
  readonly operatorId: string;
  readonly kind: 'root' | 'sam';
  /** Empty for a root user. */
  readonly userName: string;
  /** SRN of the user. */
  readonly principal: string;
  readonly sessionId: string;
  /** How the session was proved, in the words of RFC 8176. */
  readonly amr: readonly string[];
  /** When the password (or key) was proved last, in milliseconds. */
  readonly authTime: number;
};

export type Verify = (call: IncomingCall) => Promise<Asserted | Refusal>;

/**
 * Checks the header `X-Warifu-Jwt` that forward-auth adds. No other header says who somebody is.
 * SECURITY: type and audience are required: a session token is signed with the same keys, and the assertion that
 * another application got is none here.
 * @throws TypeError when the address cannot be one, or the audience no host
 */
export function createVerifier({ url, audience, log = (...said) => console.error(...said) }: AssertionOptions): Verify {
  const issuer = serverOf(url);
  assertHost('audience', audience);
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer), { timeoutDuration: 3000 });
  const rules = {
    issuer,
    audience,
    typ: 'warifu-gate+jwt',
    algorithms: ['EdDSA'],
    requiredClaims: ['exp', 'sub', 'sid', 'operator_id'],
    maxTokenAge: 60,
    clockTolerance: 5,
  };
  return async (call) => {
    try {
      const { payload } = await jwtVerify(call.header('x-warifu-jwt') ?? '', keys, rules);
      return assertedIn(payload);
    } catch (error) {
      if (isOfToken(error)) return refusalOf('AUM0001', languageIn(call));
      log('warifu: the keys of assertions could not be read', { error: (error as Error).name });
      return refusalOf('COM0503', languageIn(call), { retryAfter: 5 });
    }
  };
}

/** What is wrong with the token itself, and not with the way to the keys. */
function isOfToken(error: unknown): boolean {
  const way = [errors.JWKSTimeout, errors.JWKSInvalid];
  return (
    error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC' && !way.some((kind) => error instanceof kind)
  );
}

function assertedIn(claims: JWTPayload): Asserted {
  const { sub = '', sid, operator_id: operatorId, user_name: userName = '', amr, auth_time: authTime } = claims;
  return {
    operatorId: String(operatorId),
    kind: userName === '' ? 'root' : 'sam',
    userName: String(userName),
    principal: sub,
    sessionId: String(sid),
    amr: Array.isArray(amr) ? amr.map(String) : [],
    authTime: Number(authTime) * 1000,
  };
}
