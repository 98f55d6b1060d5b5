import { finding, Refusal } from './problem.ts';

export type TokenKind = 'name' | 'integer' | 'string' | 'symbol' | 'end';

/** `value` is the name, the decoded string, the digits or the symbol. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const OTHER_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['&', 'and'],
  ['|', 'or'],
  ['!', 'not'],
  ['=', '=='],
  ['"', "'"],
  ['’', "'"],
  ['‘', "'"],
]);

/**
 * The token that begins at or after `from`. Linear in what it reads. Throws `Refusal`
 * (COND_SYNTAX, COND_SPELLING, COND_QUOTE).
 */
export function nextToken(text: string, from: number): Token {
  let start = from;
  while (isSpace(text.charCodeAt(start))) start++;
  if (start >= text.length) return { kind: 'end', value: '', start, end: start };
  const unit = text.charCodeAt(start);
  if (isNameStart(unit)) return readName(text, start);
  if (isDigit(unit)) return readDigits(text, start);
  if (unit === 0x27) return readString(text, start);
  return readSymbol(text, start);
}

function readName(text: string, start: number): Token {
  let end = start + 1;
  for (let unit = text.charCodeAt(end); isNameStart(unit) || isDigit(unit); unit = text.charCodeAt(end)) end++;
  return { kind: 'name', value: text.slice(start, end), start, end };
}

function readDigits(text: string, start: number): Token {
  let end = start + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  return { kind: 'integer', value: text.slice(start, end), start, end };
}

/** `''` inside is one quote. The value is in Unicode NFC, as the facts are that it is compared with. */
function readString(text: string, start: number): Token {
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf("'", from);
    if (quote < 0) throw new Refusal(finding('COND_QUOTE', start, text.length));
    value += text.slice(from, quote);
    if (text.charCodeAt(quote + 1) !== 0x27)
      return { kind: 'string', value: value.normalize('NFC'), start, end: quote + 1 };
    value += "'";
    from = quote + 2;
  }
}

function readSymbol(text: string, start: number): Token {
  const two = text.slice(start, start + 2);
  if (two === '==' || two === '!=' || two === '<=' || two === '>=') {
    return { kind: 'symbol', value: two, start, end: start + 2 };
  }
  const one = text.charAt(start);
  if ('()[],<>'.includes(one)) return { kind: 'symbol', value: one, start, end: start + 1 };
  throw refuseCharacter(text, start);
}

function refuseCharacter(text: string, start: number): Refusal {
  const character = String.fromCodePoint(text.codePointAt(start) as number);
  const use = OTHER_SPELLINGS.get(character);
  if (use === undefined) {
    return new Refusal(
      finding('COND_SYNTAX', start, start + character.length, {
        expected: ['#value', '#operator'],
        found: `\`${character}`,
      }),
    );
  }
  const doubled = (character === '&' || character === '|') && text.charAt(start + 1) === character;
  const found = doubled ? character + character : character;
  return new Refusal(finding('COND_SPELLING', start, start + found.length, { found: `\`${found}`, use: `\`${use}` }));
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function isNameStart(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f;
}
