import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a JSON body. What two parsers could read differently, or what the two database engines would store
 * differently, is refused: duplicate and prototype keys, NUL, lone surrogates, deep nesting (R66).
 * @throws Failure COM0001
 */
export function parseJsonBody(text: string): unknown {
  const value = parse(text);
  scan(text);
  // Nothing but an escape brings NUL or half a character into a text of whole ones.
  if (text.includes('\\u')) assertStrings(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('not well-formed JSON', 'JSON の形式が正しくありません。');
  }
}

/** Walks the text, known to be JSON, for what `JSON.parse` hides: depth and repeated keys. */
function scan(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '{' || c === '[') {
      if (open.push(c === '{' ? new Set() : undefined) > limits.http.jsonDepth) {
        throw refuse('nested too deeply', '階層が深すぎます。');
      }
    } else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const end = endOfString(text, i);
      if (isKey(text, end)) assertKey(nameOf(text, i, end), open.at(-1));
      i = end;
    }
  }
}

function nameOf(text: string, start: number, end: number): string {
  const written = text.slice(start + 1, end);
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
}

/** Whether the string that ends here is a member's name: a colon follows, after any white space. */
function isKey(text: string, end: number): boolean {
  let i = end + 1;
  while (' \t\n\r'.includes(text[i] ?? 'x')) i++;
  return text[i] === ':';
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end;
  }
}

function assertKey(key: string, seen: Set<string> | undefined): void {
  if (forbiddenKeys.has(key)) throw refuse('this member name is not allowed', 'この項目名は使用できません。', key);
  if (seen?.has(key)) throw refuse('given twice', '重複しています。', key);
  seen?.add(key);
}

/**
 * Refuses text that the two engines would not store alike, wherever it stood in the request.
 * @throws Failure COM0001
 */
export function assertStrings(value: unknown, field = 'body'): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) {
      throw refuse('holds NUL or half a character', '使用できない文字が含まれています。', field);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      assertStrings(name, field);
      // The place in a list is no name of anything.
      assertStrings(member, Array.isArray(value) ? field : name);
    }
  }
}

function refuse(en: string, ja: string, field = 'body'): Failure {
  return new Failure('COM0001', { field: field.slice(0, 64), reason: { en, ja } });
}
