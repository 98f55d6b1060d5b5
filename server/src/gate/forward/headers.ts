import { Failure } from '../../failure.ts';

/** The values of each header, by its name in small letters, in the order in which they came. */
export type Sent = ReadonlyMap<string, readonly string[]>;

/**
 * The headers of a request as they were sent. SECURITY: `X_Forwarded_Host` and `X.Forwarded.Host` are `X-Forwarded-Host`
 * to programs that read headers as CGI does (RFC 3875 §4.1.18), so they count as the same one.
 * @param raw names and values in turn
 */
export function sentHeaders(raw: readonly string[]): Sent {
  const sent = new Map<string, string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase().replace(/[^a-z\d-]/g, '-');
    const values = sent.get(name);
    if (values) values.push(raw[i + 1] as string);
    else sent.set(name, [raw[i + 1] as string]);
  }
  return sent;
}

/**
 * The one value of a header that the proxy must send.
 * @throws Failure COM0001 when it is missing, empty, or there twice
 */
export function oneOf(sent: Sent, name: string): string {
  const [value = '', ...more] = sent.get(name) ?? [];
  if (more.length > 0) throw ambiguous(name);
  if (value === '') throw missing(name);
  return value;
}

/** The refusal of a request of which the proxy did not tell enough. */
export function missing(field: string): Failure {
  const reason = { en: 'is missing; the proxy must send it', ja: 'プロキシーから送信されていません。' };
  return new Failure('COM0001', { field, reason });
}

/** The refusal of a request that another program may read otherwise. */
export function ambiguous(field: string): Failure {
  const reason = {
    en: 'can be read in more than one way',
    ja: '複数の解釈ができるため、判定できません。',
  };
  return new Failure('COM0001', { field, reason });
}
