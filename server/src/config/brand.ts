import { type At, ConfigError } from './setting.ts';

/** SECURITY: it goes into mail headers, pages and QR codes; a line break or a mark that reorders text has no place there. */
export function productName(text: string, { name }: At): string {
  const product = text.normalize('NFC');
  const plain = !/[\p{C}\p{Zl}\p{Zp}:]/u.test(product) && product === product.trim();
  if (plain && [...product].length <= 40) return product;
  throw new ConfigError(
    `${name} must be a name of 1 to 40 characters without colons, line breaks, invisible marks or spaces around it.`,
  );
}

const mailbox = String.raw`[^\s@<>(),;:"\\]+@(?:[^\s@<>(),;:"\\]+|\[[\da-f.:]+\])`;
const oneMailbox = new RegExp(`^(?:(?:"(?:[^"\\\\]|\\\\.)*"|[^"<>@:;]*?)\\s*<${mailbox}>|${mailbox})$`, 'i');

/** One address that mails can come from, with or without a name; without one, servers would be told `MAIL FROM:<>`. */
export function sender(text: string, { name }: At): string {
  if (oneMailbox.test(text) && !/[\p{Cc}\u2028\u2029]/u.test(text)) return text;
  throw new ConfigError(
    `${name} must be one email address, as in warifu@example.com or "Warifu, Inc." <warifu@example.com>.`,
  );
}

/** A display name that holds more than words must be quoted (RFC 5322 §3.2.4). */
export function quoted(name: string): string {
  return /^[\w ]+$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}

/** WCAG 2.2, success criterion 1.4.3. */
const leastContrast = 4.5;

/** The colour of buttons, the same in both schemes; their text is white. */
export function accent(text: string, { name }: At): string {
  const form = /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(text);
  if (!form) throw new ConfigError(`${name} must be a colour such as #1d4f75.`);
  const colour = (text.length === 4 ? text.replace(/[\da-f]/gi, '$&$&') : text).toLowerCase();
  if (contrastToWhite(colour) >= leastContrast) return colour;
  let share = 1;
  while (contrastToWhite(shade(colour, share)) < leastContrast) share -= 0.01;
  // Rounded down: 4.49 is not 4.5.
  const had = (Math.floor(contrastToWhite(colour) * 100) / 100).toFixed(2);
  throw new ConfigError(
    `${name}: white text on ${colour} has a contrast of ${had}:1; at least ${leastContrast}:1 is needed. A darker one is ${shade(colour, share)}.`,
  );
}

/** A colour with a share of its light. */
export function shade(colour: string, share: number): string {
  const darker = channels(colour).map((value) => Math.floor(value * share));
  return `#${darker.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Contrast as WCAG 2.2 defines it, by relative luminance. */
function contrastToWhite(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
