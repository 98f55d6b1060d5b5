/** What a secret is replaced by. */
const hidden = '***';

/**
 * A secret as it may be shown: of a URL, where it leads to, and nothing by which to get in there.
 * SECURITY: a query may hold a password too.
 */
export function redacted(secret: unknown): string {
  if (typeof secret !== 'string') return hidden;
  if (/^sqlite:/.test(secret)) return secret;
  if (!/^[a-z]+:\/\//.test(secret) || !URL.canParse(secret)) return hidden;
  const { protocol, username, password, host, pathname, search } = new URL(secret);
  const user = username === '' && password === '' ? '' : `${hidden}@`;
  return `${protocol}//${user}${host}${pathname}${search === '' ? '' : `?${hidden}`}`;
}
