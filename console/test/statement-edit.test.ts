import { format, parse } from '@warifu/policy';
import { describe, expect, it } from 'vitest';
import { addStatement, isBare, readPermission, removeStatement } from '../src/permissions/editor/statement-edit.ts';

const read = { effect: 'allow', api: 'User:getUser', condition: '' } as const;
const textOf = (...apis: string[]) => JSON.stringify({ statements: apis.map((api) => ({ effect: 'allow', api })) });
const apisOf = (text: string | undefined) =>
  readPermission(text ?? '')?.statements.map(({ api }) => api.map((pattern) => pattern.text).join());

describe('building a permission', () => {
  it('begins where there is no statement yet, however that is written', () => {
    for (const bare of ['', ' \n', '{}', '{"statements":[]}', '{\n  "statements": [\n    \n  ]\n}\n']) {
      expect([bare, isBare(bare), apisOf(addStatement(bare, read))]).toEqual([bare, true, ['User:getUser']]);
    }
    for (const other of ['{', '[]', '{"statements":[{}]}', '{"statements":{}}']) {
      expect([other, isBare(other), addStatement(other, read)]).toEqual([other, false, undefined]);
    }
  });

  it('adds at the end, with a condition as it was typed', () => {
    const condition = `pathVariable('user_name') == "x\\y"`.replaceAll('"', "'");
    const added = addStatement(textOf('User:a'), { effect: 'deny', api: 'User:b', condition });
    const [, last] = readPermission(added ?? '')?.statements ?? [];
    expect([last?.effect, last?.condition?.text]).toEqual(['deny', condition]);
  });

  it.each([
    [1, ['User:b', 'User:c']],
    [2, ['User:a', 'User:c']],
    [3, ['User:a', 'User:b']],
  ])('takes statement %i out', (number, left) => {
    expect(apisOf(removeStatement(textOf('User:a', 'User:b', 'User:c'), number))).toEqual(left);
  });

  it('takes out neither the only one nor one that is not there', () => {
    expect(removeStatement(textOf('User:a'), 1)).toBeUndefined();
    for (const number of [0, 3]) expect(removeStatement(textOf('User:a', 'User:b'), number)).toBeUndefined();
  });

  it('keeps the layout of a text that had one, and the writing of one that had another', () => {
    const laidOut = (text: string) => {
      const result = parse(text);
      return result.ok ? format(result.document) : '';
    };
    const added = addStatement(laidOut(textOf('User:a')), read) ?? '';
    expect(laidOut(added)).toBe(added);
    const own = '{"statements":[\n\t{"api":"User:a",   "effect":"allow"}]}';
    expect(addStatement(own, read)?.startsWith(own.slice(0, -2))).toBe(true);
  });
});
