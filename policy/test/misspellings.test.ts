import { describe, expect, it } from 'vitest';
import { upTo } from '../bench/hostile.ts';
import { check, describeProblemAt, LIMITS, misspellings, type Operation } from '../src/index.ts';
import { CATALOGUE, documentFrom, documentOf, leastWork } from './support.ts';

const OPERATIONS: readonly Operation[] = [
  ...CATALOGUE,
  { name: 'User:deleteUser', pathVariables: ['user_name'] },
  { name: 'User:deleteUserPassword', pathVariables: ['user_name'] },
];

function meant(api: string | readonly string[], catalogue = OPERATIONS): unknown[] {
  return misspellings(documentFrom({ effect: 'deny', api }), catalogue).map(({ params }) => params['suggestions']);
}

describe('misspellings', () => {
  const cases: readonly [written: string, meant: readonly string[]][] = [
    ['user:deleteUser', ['User:deleteUser']],
    ['User:deleteuser', ['User:deleteUser']],
    ['User:DeleteUser', ['User:deleteUser']],
    ['User:deleteUser ', ['User:deleteUser']],
    [' User: deleteUser', ['User:deleteUser']],
    ['User:deleteUser\u00a0', ['User:deleteUser']],
    ['User:delete\u3000User', ['User:deleteUser']],
    ['User:delete\u200bUser', ['User:deleteUser']],
    ['\ufeffUser:deleteUser', ['User:deleteUser']],
    ['User:deleteUser\t', ['User:deleteUser']],
    ['Ｕｓｅｒ：deleteUser', ['User:deleteUser']],
    ['user:*', ['User:*']],
    ['USER:*', ['User:*']],
    ['User:Delete*', ['User:delete*']],
    ['User :*', ['User:*']],
    ['user:delete*', ['User:delete*']],
    ['*:LIST*', ['*:list*']],
    ['*MFASTATUS', ['*MFAStatus']],
    ['user:＊', ['User:*']],
    ['user:*user*word', ['User:*User*word']],
    [' *', ['*']],
    ['* : get*', ['*:get*']],
  ];
  for (const [written, expected] of cases) {
    it(JSON.stringify(written), () => expect(meant(written)).toEqual([expected]));
  }

  it('are never patterns that match something, or that are wrong in another way', () => {
    for (const right of [
      '*',
      '**',
      'User:*',
      'User:deleteUser',
      '*:delete*',
      'User:getuser*x',
      'Usr:*',
      'x',
      ' ',
      '　',
    ]) {
      expect(meant(right)).toEqual([]);
    }
    expect(meant(['user:*'], [])).toEqual([]);
    const both = [...OPERATIONS, { name: 'user:getUser', pathVariables: [] }];
    expect(meant(['user:*', 'User:getUser', 'user:getUser'], both)).toEqual([]);
  });

  it('have a place, and a text in both languages', () => {
    const text = '{"statements":[\n{"effect":"deny","api":["User:*","user:DeleteUser"]}]}';
    const [problem] = misspellings(documentOf(text), OPERATIONS);
    if (problem === undefined) throw new Error('no problem');
    expect(problem).toMatchObject({ line: 2, column: 34, text: '"user:DeleteUser"' });
    expect(describeProblemAt(problem, 'en')).toBe(
      'Line 2, column 34: This matches no operation: upper and lower case differ, and blanks count. Did you mean User:deleteUser?',
    );
    expect(describeProblemAt(problem, 'ja')).toMatch(/User:deleteUser ではありませんか。$/);
  });

  it('are found where a condition compares the name of the operation', () => {
    const denied = (condition: string) =>
      misspellings(documentFrom({ effect: 'deny', api: '*', condition }), OPERATIONS).map(({ text, params }) => [
        text,
        params['suggestions'],
      ]);
    expect(denied("api == 'user:deleteuser'")).toEqual([["'user:deleteuser'", ['User:deleteUser']]]);
    expect(denied("not ('User:deleteUser ' != api)")).toEqual([["'User:deleteUser '", ['User:deleteUser']]]);
    expect(denied("api in ['User:deleteUser', 'USER:deleteUser']")).toEqual([
      ["'USER:deleteUser'", ['User:deleteUser']],
    ]);
    expect(denied("api not like 'user:*'")).toEqual([["'user:*'", ['User:*']]]);
    for (const right of [
      "api == 'User:deleteUser'",
      "api == 'user:*'",
      "samUserName == 'user:deleteuser'",
      "api == 'x'",
    ])
      expect(denied(right)).toEqual([]);
  });

  it('offer what names of other alphabets are spelled like', () => {
    expect(meant('ﬁle:*', [{ name: 'ﬁle:Get', pathVariables: [] }])).toEqual([]);
    expect(meant('FILE:*', [{ name: 'ﬁle:Get', pathVariables: [] }])).toEqual([['ﬁle:Get']]);
  });

  it('are at most 20, and looked for in bounded time', () => {
    expect(meant(upTo(50, () => 'user:*'))).toHaveLength(LIMITS.problems);
    const operations = upTo(2000, (i) => ({ name: `Tag${i % 40}:operation${i}`, pathVariables: [] }));
    const many = documentFrom(...upTo(100, (i) => ({ effect: 'deny', api: upTo(30, (j) => `*x${i}y${j}`) })));
    const work = leastWork(() => expect(misspellings(many, operations)).toEqual([]));
    expect(work).toBeLessThan(300);
  });

  it('leave the other findings to check', () => {
    const document = documentFrom({ effect: 'deny', api: ['user:*', 'Usr:x'] });
    expect(check(document, OPERATIONS).map(({ code }) => code)).toEqual(['LINT_DENY_NO_MATCH', 'LINT_DENY_NO_MATCH']);
  });
});
