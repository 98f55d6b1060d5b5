import { errorMessage, errorTable } from '@warifu/contract';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { queryReader, validator } from '../../src/http/validation.ts';

const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 5 }),
    age: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
    code: Type.Optional(Type.String({ pattern: '^[0-9]{6}$' })),
    language: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('ja')])),
    list: Type.Optional(Type.Array(Type.String())),
    deep: Type.Optional(Type.Object({ flag: Type.Boolean() }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);
const check = validator(schema, 'body');

function refusal(value: unknown): [field: unknown, en: string, ja: string] {
  try {
    check(value);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = (language: 'en' | 'ja') => errorMessage(error.code, language, error.params);
    return [error.params.field, message('en'), message('ja')];
  }
  return ['accepted', '', ''];
}

describe('R65: a refusal names the field, in both languages', () => {
  it.each([
    ['a missing member', {}, 'name'],
    ['an unknown member', { name: 'a', more: 1 }, 'more'],
    ['an empty text', { name: '' }, 'name'],
    ['a long text', { name: 'abcdef' }, 'name'],
    ['a number for a text', { name: 5 }, 'name'],
    ['null', { name: null }, 'name'],
    ['a text for a number', { name: 'a', age: '5' }, 'age'],
    ['a fraction', { name: 'a', age: 1.5 }, 'age'],
    ['too small a number', { name: 'a', age: 0 }, 'age'],
    ['too large a number', { name: 'a', age: 10 }, 'age'],
    ['true for a number', { name: 'a', age: true }, 'age'],
    ['a wrong form', { name: 'a', code: '12345' }, 'code'],
    ['a line break after the form', { name: 'a', code: '123456\n' }, 'code'],
    ['another choice', { name: 'a', language: 'fr' }, 'language'],
    ['a wrong element', { name: 'a', list: ['x', 1] }, 'list.1'],
    ['an array for an object', { name: 'a', deep: [] }, 'deep'],
    ['a member missing inside', { name: 'a', deep: {} }, 'deep.flag'],
    ['an unknown member inside', { name: 'a', deep: { flag: true, x: 1 } }, 'deep.x'],
    ['null for all', null, 'body'],
    ['a text for all', 'x', 'body'],
    ['an array for all', [], 'body'],
  ])('%s', (_, value, field) => {
    const [named, en, ja] = refusal(value);
    expect(named).toBe(field);
    for (const message of [en, ja]) {
      expect(message).toContain(field);
      expect(message).not.toMatch(/undefined|\{|NaN|\[object/);
    }
    expect(ja).toMatch(/[ぁ-ん一-龠]/);
  });

  it('takes what fits', () => {
    expect(refusal({ name: 'a', age: 9, code: '123456', language: 'ja', list: [], deep: { flag: false } })[0]).toBe(
      'accepted',
    );
  });
});

describe('the query', () => {
  const query = Type.Object({ limit: Type.Integer(), kind: Type.String() });
  it('turns digits into a number where the schema wants one, and nothing else', () => {
    const read = (limit: unknown) => queryReader(query)({ limit, kind: '5' });
    expect(read('12')).toEqual({ limit: 12, kind: '5' });
    for (const text of ['1e3', '0x10', ' 1', '-1', '1.5', '', 'x', '9'.repeat(16), ['1', '2']]) {
      expect(read(text)).toEqual({ limit: text, kind: '5' });
    }
  });
});

describe('the table of codes', () => {
  it('has a message in both languages for each, with the same parameters', () => {
    for (const [code, { en, ja }] of Object.entries(errorTable)) {
      const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
      expect([code, names(ja)]).toEqual([code, names(en)]);
      expect(ja).toMatch(/[ぁ-ん一-龠]/);
    }
  });
});
