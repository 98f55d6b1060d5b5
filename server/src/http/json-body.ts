import { Failure } from '../failure.ts';
import { walkNames } from '../json-names.ts';
import { limits } from '../limits.ts';

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a JSON body. What two parsers could read differently, or what the two database engines would store
 * differently, is refused: duplicate and prototype keys, NUL, lone surrogates, deep nesting (R66).
 * @throws Failure COM0001
 */
export function parseJsonBody(text: string): unknown {
  const value = parse(text);
  assertNames(text);
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

function assertNames(text: string): void {
  walkNames(text, {
    mostDeep: limits.http.jsonDepth,
    tooDeep: () => refuse('nested too deeply', '階層が深すぎます。'),
    named: (name, isThere) => {
      if (forbiddenKeys.has(name))
        throw refuse('this member name is not allowed', 'この項目名は使用できません。', name);
      if (isThere) throw refuse('given twice', '重複しています。', name);
    },
  });
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
