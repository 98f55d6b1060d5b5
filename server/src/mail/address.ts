import { domainToASCII, domainToUnicode } from 'node:url';

export type EmailAddress = {
  /** As typed, without surrounding space; a domain that is not ASCII in its one canonical spelling. */
  readonly email: string;
  /** The one spelling that counts: lower case, domain as A-label. */
  readonly emailKey: string;
};

const maxBytes = 254;
/** RFC 5322 dot-atom, the only local part accepted: no quotes, comments or controls (R67). */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const domainPart = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * SECURITY: the conversion below parses like a URL: it decodes `%61`, drops line breaks and cuts at `/`, so that
 * `a@example.com/x` would count as `a@example.com` while the mail goes elsewhere.
 */
const neverInDomain = /[\p{C}\p{Z}]|[!-,/:-@[-`{-~]/u;

/** Reads an e-mail address; undefined when it is not well-formed. */
export function parseEmail(text: string): EmailAddress | undefined {
  const email = text.normalize('NFC').trim();
  const [local, domain, ...more] = email.split('@');
  if (!local || !domain || more.length > 0 || !localPart.test(local) || neverInDomain.test(domain)) {
    return undefined;
  }
  const asciiDomain = domainToASCII(domain).toLowerCase();
  const emailKey = `${local.toLowerCase()}@${asciiDomain}`;
  const isNumber = /(^|\.)(\d+|0x[0-9a-f]*)$/.test(asciiDomain);
  if (!domainPart.test(asciiDomain) || isNumber || Buffer.byteLength(email) > maxBytes || emailKey.length > maxBytes) {
    return undefined;
  }
  // SECURITY: what differs in spelling only must not be mailed to two domains (soft hyphens, full-width letters).
  const plain = /^[\x20-\x7e]+$/.test(domain);
  return { email: plain ? email : `${local}@${domainToUnicode(asciiDomain)}`, emailKey };
}
