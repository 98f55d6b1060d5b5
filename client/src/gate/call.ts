/** What a guard has to know of a request, however its framework calls it. */
export type IncomingCall = {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** The value of a header by its name in small letters. */
  readonly header: (name: string) => string | undefined;
  /** As the handler sees them. */
  readonly pathVariables: Readonly<Record<string, string>>;
  readonly sourceIp: string | undefined;
  /** Whether the path, which `partsOf` took, is spelt as the route that the router took it for; see `isSpeltAs`. */
  readonly isExact: () => boolean;
};

/** The credential of a session; undefined where there is none, or half of one. Key and token go before a bearer token. */
export function credentialIn({ header }: IncomingCall): { token: string; apiKey?: string } | undefined {
  for (const [keyName, tokenName] of headerPairs) {
    const [apiKey, token] = [header(keyName), header(tokenName)];
    if (apiKey !== undefined || token !== undefined) return apiKey && token ? { apiKey, token } : undefined;
  }
  const bearer = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(header('authorization') ?? '')?.[1];
  return bearer === undefined ? undefined : { token: bearer };
}

/** As at Warifu itself. */
const headerPairs = [
  ['x-soracom-api-key', 'x-soracom-token'],
  ['x-api-key', 'x-token'],
] as const;

/** The language that messages are wanted in. */
export function languageIn({ header }: IncomingCall): string {
  return header('x-soracom-lang') ?? header('accept-language') ?? '';
}

/**
 * Path and query of a request.
 * SECURITY: undefined for a path that two programs could read differently, as the router of the application and Warifu:
 * dot segments, empty ones, a backslash, an encoded slash, encoded letters (RFC 3986 §6.2.2.2), what is no UTF-8.
 */
export function partsOf(target: string): { path: string; query: Record<string, string> } | undefined {
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(target) ?? [];
  return isPlain(path) ? { path, query: singleValues(query) } : undefined;
}

/** Letters, digits, `-`, `.`, `_` and `~`, which need no encoding: some routers decode before they compare, some after. */
const encodedUnreserved = /%(2[de]|3\d|[46][1-9a-f]|5[\daf]|7[\dae])/i;

function isPlain(path: string): boolean {
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[\\#]|%2f|%5c|%00/i.test(path) || encodedUnreserved.test(path)) return false;
  try {
    const segments = decodeURIComponent(path).split('/').slice(1);
    return segments.every((segment, at) => !['.', '..', ...(at < segments.length - 1 ? [''] : [])].includes(segment));
  } catch {
    return false;
  }
}

/** SECURITY: of a repeated name none: a handler may take the first value, the last one, or all. */
function singleValues(query: string): Record<string, string> {
  const given = [...new URLSearchParams(query)];
  const times = new Map<string, number>();
  for (const [name] of given) times.set(name, (times.get(name) ?? 0) + 1);
  return Object.fromEntries(given.filter(([name]) => times.get(name) === 1));
}
