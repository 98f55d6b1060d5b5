/** An IPv4 or IPv6 address; an IPv4 address mapped into IPv6 (RFC 4291, 2.5.5.2) is that IPv4 address. */
export interface Address {
  readonly family: 4 | 6;
  /** One or four unsigned 32-bit words, the most significant first. */
  readonly words: readonly number[];
}

/** All addresses whose first `prefix` bits are those of `words` (host bits may be set and are ignored). */
export interface Network extends Address {
  readonly prefix: number;
}

/**
 * Reads an address in text form (RFC 4291, 2.2; dotted quad without leading zeros). Undefined when it is none.
 * SECURITY: leading zeros (octal to some readers), zones and spaces are refused rather than guessed.
 */
export function parseAddress(text: string): Address | undefined {
  // Longest form: 8 groups of 4 digits, or 6 groups and a dotted quad.
  if (text.length > 45) return undefined;
  if (!text.includes(':')) {
    const word = parseQuad(text);
    return word === undefined ? undefined : { family: 4, words: [word] };
  }
  const words = parseGroups(text);
  if (words === undefined) return undefined;
  return isMapped(words) ? { family: 4, words: words.slice(3) } : { family: 6, words };
}

/**
 * Reads `address/bits`, or an address alone (that one address). Undefined when it is neither.
 * A range of IPv6 never contains an IPv4 address, except those written as mapped ones (`::ffff:10.0.0.0/104` is `10.0.0.0/8`).
 */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const width = address.family === 4 ? 32 : 128;
  if (slash < 0) return { ...address, prefix: width };
  const bits = decimal(text.slice(slash + 1), 3);
  if (bits === undefined) return undefined;
  if (address.family === 4 && text.includes(':')) return mappedNetwork(address, bits);
  return bits > width ? undefined : { ...address, prefix: bits };
}

function mappedNetwork(address: Address, bits: number): Network | undefined {
  if (bits > 128) return undefined;
  if (bits >= 96) return { ...address, prefix: bits - 96 };
  return { family: 6, words: [0, 0, 0xffff, ...address.words], prefix: bits };
}

/** One spelling for all texts of the same address. */
export function addressKey(address: Address): string {
  if (address.family === 4) {
    const word = address.words[0] as number;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  }
  return address.words.map((word) => word.toString(16).padStart(8, '0')).join('');
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function parseQuad(text: string): number | undefined {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x2e && octet >= 0 && dots < 3) {
      word = word * 256 + octet;
      octet = -1;
      dots++;
    } else {
      const digit = unit - 0x30;
      if (digit < 0 || digit > 9 || octet === 0) return undefined;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && octet >= 0 ? word * 256 + octet : undefined;
}

/** Four words of an IPv6 text; `::` may stand once for one or more zero groups. */
function parseGroups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 1 ? [] : readGroups(halves[1] as string, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return [0, 2, 4, 6].map((i) => (groups[i] as number) * 0x10000 + (groups[i + 1] as number));
}

const GROUP = /^[0-9a-fA-F]{1,4}$/;

function readGroups(text: string, quadAllowed: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const word = quadAllowed && i === parts.length - 1 ? parseQuad(part) : undefined;
    if (word === undefined) return undefined;
    groups.push(Math.floor(word / 0x10000), word % 0x10000);
  }
  return groups;
}

/** A decimal number without leading zeros of at most `digits` digits. */
function decimal(text: string, digits: number): number | undefined {
  return text.length <= digits && /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : undefined;
}
