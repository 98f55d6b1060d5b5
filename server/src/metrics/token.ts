import { sameSecret } from '../crypto/tokens.ts';

/** Whether a request may scrape: with the token, where there is one. */
export function hasToken(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return sameSecret(given, token);
}
