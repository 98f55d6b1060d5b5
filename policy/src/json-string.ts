import { finding, Refusal } from './problem.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads the JSON string whose opening quote is at `start`; `end` is past the closing quote.
 * Throws `Refusal`: PERM_SYNTAX, or PERM_TEXT for NUL and unpaired surrogates written as escapes.
 */
export function readString(text: string, start: number): { value: string; end: number } {
  let at = start + 1;
  let unit = text.charCodeAt(at);
  while (unit >= 0x20 && unit !== QUOTE && unit !== BACKSLASH) unit = text.charCodeAt(++at);
  if (unit === QUOTE) return { value: text.slice(start + 1, at), end: at + 1 };
  const string = readEscaped(text, start, at);
  // SECURITY: databases disagree on NUL and on half pairs; two spellings of one name must not pass as two names.
  if (!string.value.isWellFormed() || string.value.includes('\0')) {
    throw new Refusal(finding('PERM_TEXT', start, string.end));
  }
  return string;
}

function readEscaped(text: string, start: number, firstSpecial: number): { value: string; end: number } {
  let value = text.slice(start + 1, firstSpecial);
  let at = firstSpecial;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return { value, end: at + 1 };
    if (unit === BACKSLASH) {
      value += decodeEscape(text, at);
      at += escapeLength(text, at);
      continue;
    }
    if (!(unit >= 0x20)) refuseAt(text, at, '#quote');
    value += text[at];
    at++;
  }
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const HEX = /^[0-9a-fA-F]{4}$/;

function decodeEscape(text: string, at: number): string {
  const letter = text.charAt(at + 1);
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) return simple;
  const digits = text.slice(at + 2, at + 6);
  if (letter !== 'u' || !HEX.test(digits)) refuseAt(text, at, '#escape');
  return String.fromCharCode(Number.parseInt(digits, 16));
}

/** Every escape stands for exactly one UTF-16 code unit. */
function escapeLength(text: string, at: number): number {
  return text.charAt(at + 1) === 'u' ? 6 : 2;
}

function refuseAt(text: string, at: number, expected: string): never {
  const character = text.slice(at, at + 1);
  const found = character === '' ? '#end' : character < ' ' ? '#control' : `\`${character}`;
  throw new Refusal(finding('PERM_SYNTAX', at, at + character.length, { expected: [expected], found }));
}

/**
 * The offset in `text` of the code unit `index` of the string whose opening quote is at `start`:
 * how a place inside a condition becomes a place in the document. Linear in `index`.
 */
export function offsetInString(text: string, start: number, index: number): number {
  let at = start + 1;
  for (let i = 0; i < index; i++) at += text.charCodeAt(at) === BACKSLASH ? escapeLength(text, at) : 1;
  return at;
}
