// 256 bits in base64url. `#` arrives as %23, and as %2523 from a gateway that encodes what was encoded.
const inLink = /(?:#|%(?:25)*23)(?:token=)?([\w-]{43})(?![\w-])/i;
const alone = /^[\w-]{43}$/;
/** Pages of mailed links, and of the link that the server prints. */
const linkPage =
  /^\/(?:setup|signup\/verify|mfa\/reset\/verify|mfa\/reset\/cancel|mfa\/assisted\/cancel|mfa\/assisted|password\/reset|email\/verify|account\/lock)(?=[/%]|$)/i;

/** The token in an address, whatever a mail gateway added to it or encoded in it. */
export function tokenInAddress(address: string): string | undefined {
  return inLink.exec(address)?.[1];
}

/** The token in what a person pasted: the link, also broken over lines, or its last part alone. */
export function tokenInPaste(pasted: string): string | undefined {
  const text = pasted.normalize('NFKC').replace(/=\r?\n|[\s\p{Cf}]/gu, '');
  return alone.test(text) ? text : /(?:#|%(?:25)*23)(?:token=)?([\w-]{43})/i.exec(text)?.[1];
}

/** The page of a mailed link that a path begins with, without what was added to it; undefined for other pages. */
export function linkPageOf(path: string): string | undefined {
  return linkPage.exec(path)?.[0].toLowerCase();
}
