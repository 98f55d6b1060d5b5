import type { TextKey } from '../locales/catalogue.ts';

const ofServer: readonly (readonly [RegExp, TextKey])[] = [
  [/^(EAUTH|53\d)$/, 'server.reasons.login'],
  [/^E?TLS/, 'server.reasons.tls'],
  [/^(EDNS|ENOTFOUND|EAI_AGAIN)$/, 'server.reasons.name'],
  [/^E?TIMEDOUT$/, 'server.reasons.timeout'],
  [/^E(SOCKET|CONNECTION|CONNREFUSED|CONNRESET)$/, 'server.reasons.connection'],
];

const ofMail: Readonly<Record<string, TextKey>> = {
  DEFERRED: 'server.reasons.deferred',
  REJECTED: 'server.reasons.rejected',
  UNANSWERED: 'server.reasons.unanswered',
};

/** What a short code of the server, such as `SERVER ECONNREFUSED`, means. */
export function mailReason(error: string): TextKey {
  const [kind = '', code = ''] = error.split(' ');
  return ofMail[kind] ?? ofServer.find(([form]) => form.test(code))?.[1] ?? 'server.reasons.refused';
}
