import { parse } from '@warifu/policy';
import { describe, expect, it } from 'vitest';
import { remarkOnRefusal } from '../src/permissions/editor/check-text.ts';
import { effectiveRows } from '../src/permissions/effective-rows.ts';
import { ownRows } from '../src/permissions/own-rows.ts';
import { type Explained, namesIn, refusalOf, ruleOf } from '../src/permissions/refusal.ts';
import { readSimulateSearch, secondsOf, toSearch } from '../src/permissions/simulate-search.ts';

const fails = { text: "pathVariable('role_id') == 'x'", value: 'fails' as const, parts: [] };
const statement = (condition: typeof fails | undefined, applies: boolean): Explained['statements'][number] => ({
  source: 'own',
  statement: 1,
  effect: 'allow',
  api: [{ pattern: '*', matched: true }],
  ...(condition && { condition }),
  applies,
  deciding: applies,
});
const explained = (more: Partial<Explained>): Explained => ({
  access: 'permission',
  decision: 'deny',
  settledBy: 'permission',
  rule: 'default',
  statements: [],
  ...more,
});

describe('why a button is off', () => {
  it.each([
    ['allowed', explained({ decision: 'allow', rule: 'allow' }), undefined],
    ['no permission', explained({}), 'permission'],
    ['the root user alone', explained({ access: 'root', settledBy: 'access', rule: 'allow' }), 'root'],
    ['permitted, but not to such a session', explained({ settledBy: 'session', rule: 'allow' }), 'session'],
    ['free, but not to such a session', explained({ access: 'signed in', settledBy: 'session' }), 'session'],
    ['MFA first, which the server says', explained({ settledBy: 'enrolment' }), undefined],
    ['the password first, which is asked then', explained({ settledBy: 'proof', rule: 'allow' }), undefined],
    ['not known beforehand', explained({ statements: [statement(fails, false)] }), undefined],
  ])('%s', (_, answer, refusal) => {
    expect(refusalOf(answer, namesIn('/v1/operators/{operator_id}/roles/{role_id}'), {})).toBe(refusal);
  });

  it('a condition that fails although everything is known is a refusal', () => {
    const answer = explained({ statements: [statement(fails, false)] });
    expect(refusalOf(answer, ['operator_id', 'role_id'], { role_id: 'x' })).toBe('permission');
  });
});

describe('what one may know of oneself', () => {
  const me = { operatorId: 'OP0123456789', userName: 'me' };
  const rowOf = (answer: Explained) => ownRows(answer, me, ['role_id'], {})[1];

  it('is never more than the explanation says, and the root user is always there', () => {
    expect(ownRows(explained({}), me, [], {})[0]).toMatchObject({ kind: 'root', allowed: 'always' });
    expect(rowOf(explained({}))).toMatchObject({ userName: 'me', allowed: 'never', statements: [] });
    expect(
      rowOf(explained({ decision: 'allow', rule: 'allow', statements: [statement(undefined, true)] }))?.allowed,
    ).toBe('always');
    const open = rowOf(explained({ statements: [statement(fails, false)] }));
    expect([open?.allowed, open?.statements.map(({ condition }) => condition)]).toEqual(['sometimes', [fails.text]]);
  });
});

describe('the list of effective permissions', () => {
  it('begins with what is allowed, and no statement counts for what permissions do not decide', () => {
    const operations = [
      { name: 'A:never', pathVariables: [], access: 'permission' as const },
      { name: 'A:root', pathVariables: [], access: 'root' as const },
      { name: 'B:free', pathVariables: [], access: 'signed in' as const },
      { name: 'B:always', pathVariables: [], access: 'permission' as const },
      { name: 'B:sometimes', pathVariables: [], access: 'permission' as const },
    ];
    const statements = [
      { effect: 'allow', api: ['A:root', 'B:free', 'B:always'] },
      { effect: 'allow', api: 'B:sometimes', condition: 'mfaAuthenticated' },
    ];
    const result = parse(JSON.stringify({ statements }));
    const rows = effectiveRows(result.ok ? [{ from: { kind: 'own' }, document: result.document }] : [], operations);
    expect(rows.map(({ name, verdict, allowedBy }) => [name, verdict, allowedBy.length])).toEqual([
      ['B:always', 'always', 1],
      ['B:sometimes', 'sometimes', 1],
      ['B:free', 'free', 0],
      ['A:never', 'never', 0],
      ['A:root', 'root', 0],
    ]);
  });
});

describe('the simulator', () => {
  const typed = { user: 'me', api: ' User:getUser ', ip: ' ', at: '', method: 'password', proved: '', reset: '' };

  it('reads seconds as people type them, and nothing else', () => {
    expect(['', ' ９０ ', '0'].map(secondsOf)).toEqual([undefined, 90, 0]);
    for (const wrong of ['-1', '1.5', '1e3', '90s', '1'.repeat(16)])
      expect([wrong, secondsOf(wrong)]).toEqual([wrong, null]);
  });

  it('puts into the address what the operation has, and reads it back as it was', () => {
    const known = { pathVariables: ['operator_id', 'user_name'], queryParameters: ['limit'] };
    const values = { path: { user_name: 'you', role_id: 'x' }, query: { limit: '5', other: 'y' } };
    const search = toSearch({ ...typed, proved: '90', reset: '0' }, known, values);
    expect(search).toEqual({
      user: 'me',
      api: 'User:getUser',
      path: { user_name: 'you' },
      query: { limit: '5' },
      method: 'password',
      proved: 90,
      reset: 0,
    });
    expect(readSimulateSearch({ ...search })).toEqual(search);
    expect(toSearch(typed, undefined, values)).toEqual({ user: 'me', api: 'User:getUser', method: 'password' });
  });

  it('passes over what an address must not say', () => {
    const wrong = { method: 'magic', proved: -1, reset: 1.5, at: 'now', path: 'x', query: null, mfa: true };
    expect(readSimulateSearch(wrong)).toEqual({});
  });

  it.each([
    [explained({ access: 'anyone', decision: 'allow', settledBy: 'access' }), 'anyone'],
    [explained({ access: 'signed in', decision: 'allow', settledBy: 'access' }), 'signedIn'],
    [explained({ access: 'root', settledBy: 'access' }), 'root'],
    [explained({ settledBy: 'session', rule: 'allow' }), 'session'],
    [explained({ settledBy: 'enrolment', rule: 'allow' }), 'enrolment'],
    [explained({ settledBy: 'proof', rule: 'allow' }), 'proof'],
    [explained({ rule: 'deny' }), 'deny'],
    [explained({ decision: 'allow', rule: 'allow' }), 'allow'],
  ])('names what decided: %#', (answer, rule) => {
    expect(ruleOf(answer)).toBe(rule);
  });
});

describe('a refusal of the server', () => {
  const refused = (text: string, line: number, column: number) => remarkOnRefusal(text, { line, column }, 'no');

  it('stands where the server says, whatever ends the lines', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const remark = refused(['{', '  "x": 1', '}'].join(end), 2, 3);
      expect([remark?.from, remark?.to]).toEqual([end.length + 3, end.length + 4]);
    }
  });

  it('never beyond the text, and nowhere without a place', () => {
    expect(refused('{', 9, 9)).toMatchObject({ from: 1, to: 1, line: 9 });
    expect(remarkOnRefusal('{', {}, 'no')).toBeUndefined();
  });
});
