import { type ErrorCode, type ErrorFacts, errorTable, stepUpChallenges } from '../contract.ts';

/** The answer of a guard that lets nobody by: the body that Warifu itself answers with. */
export class Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: string) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** The names in the message of a code, beside `{reason}`, are facts of the body. */
type Params = ErrorFacts & {
  readonly reason?: { readonly en: string; readonly ja: string };
  /** What would have to be proved once more (RFC 9470). */
  readonly stepUp?: 'password' | 'mfa';
};

/**
 * The refusal of a code, in the language that the request asks for.
 * @param language of the headers `X-Soracom-Lang` or `Accept-Language`; English unless it begins with `ja`
 */
export function refusalOf(code: ErrorCode, language: string, { reason, ...facts }: Params = {}): Refusal {
  const spoken = /^\s*ja\b/i.test(language) ? 'ja' : 'en';
  const { status, [spoken]: text } = errorTable[code];
  const time = facts.until === undefined ? undefined : timeOf(facts.until);
  const words: Readonly<Record<string, string | number | undefined>> = { ...facts, time, reason: reason?.[spoken] };
  const message = text.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''));
  const body = { code, message, ...facts, type: `urn:warifu:error:${code}`, status, detail: message };
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(status === 401 && { 'www-authenticate': facts.stepUp ? stepUpChallenges[facts.stepUp] : 'Bearer' }),
    ...(status === 503 && { 'retry-after': String(facts.retryAfter) }),
  };
  return new Refusal(status, headers, JSON.stringify(body));
}

/** As Warifu itself writes a time, to the minute. */
function timeOf(until: number): string {
  return `${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
