import { domainToASCII } from 'node:url';

export type EmailAddress = {
  /** As typed, without surrounding space. */
  readonly email: string;
  /** The one spelling that counts: lower case, domain as A-label. */
  readonly emailKey: string;
};

const maxBytes = 254;
/** RFC 5322 dot-atom, the only local part accepted: no quotes, comments or controls (R67). */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const domainPart = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Reads an e-mail address; undefined when it is not well-formed. */
export function parseEmail(text: string): EmailAddress | undefined {
  const email = text.normalize('NFC').trim();
  const [local, domain, ...more] = email.split('@');
  if (!local || !domain || more.length > 0 || !localPart.test(local)) return undefined;
  const asciiDomain = domainToASCII(domain).toLowerCase();
  const emailKey = `${local.toLowerCase()}@${asciiDomain}`;
  if (!domainPart.test(asciiDomain) || Buffer.byteLength(email) > maxBytes || emailKey.length > maxBytes) {
    return undefined;
  }
  return { email, emailKey };
}
