import { describe, expect, it } from 'vitest';
import { type DocumentOrigin, reach } from '../src/index.ts';
import { CATALOGUE, documentFrom, source } from './support.ts';

const ROLE: DocumentOrigin = { kind: 'role', name: 'support' };
const OWN = "pathVariable('user_name') == samUserName";

function reached(name: string, ...statements: readonly object[]) {
  const found = reach([source(documentFrom(...statements), ROLE)], CATALOGUE).find((r) => r.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('reach', () => {
  it('lists every operation of the catalogue', () => {
    const all = reach([], CATALOGUE);
    expect(all.map(({ name }) => name)).toEqual(CATALOGUE.map(({ name }) => name));
    expect(all.every(({ allowed }) => allowed === 'never')).toBe(true);
  });

  it('names who allows and on what condition', () => {
    expect(
      reached(
        'User:revokeUserMFA',
        { effect: 'deny', api: 'Sim:*' },
        { effect: 'allow', api: 'User:*MFA', condition: OWN },
      ),
    ).toEqual({
      name: 'User:revokeUserMFA',
      allowed: 'sometimes',
      allowedBy: [{ from: ROLE, statement: 2, condition: OWN }],
      deniedBy: [],
    });
  });

  const verdicts: readonly [what: string, name: string, statements: readonly object[], allowed: string][] = [
    ['without a condition', 'Sim:getSim', [{ effect: 'allow', api: 'Sim:*' }], 'always'],
    [
      'denied without a condition',
      'Sim:getSim',
      [
        { effect: 'allow', api: '*' },
        { effect: 'deny', api: 'Sim:*' },
      ],
      'never',
    ],
    [
      'denied on a condition',
      'Sim:getSim',
      [
        { effect: 'allow', api: '*' },
        { effect: 'deny', api: 'Sim:*', condition: 'not mfaAuthenticated' },
      ],
      'sometimes',
    ],
    [
      'a path variable the operation lacks',
      'User:listUsers',
      [{ effect: 'allow', api: 'User:*', condition: OWN }],
      'never',
    ],
    [
      'a path variable the operation lacks, beside another way',
      'User:listUsers',
      [{ effect: 'allow', api: 'User:*', condition: `${OWN} or mfaAuthenticated` }],
      'sometimes',
    ],
    [
      'a deny that always fails',
      'User:listUsers',
      [
        { effect: 'allow', api: '*' },
        { effect: 'deny', api: 'User:*', condition: `not (${OWN})` },
      ],
      'never',
    ],
    [
      'a deny that is never true',
      'User:listUsers',
      [
        { effect: 'allow', api: '*' },
        { effect: 'deny', api: 'User:*', condition: "api == 'Sim:x'" },
      ],
      'always',
    ],
    [
      'a condition that is always true',
      'User:listUsers',
      [{ effect: 'allow', api: '*', condition: "api like 'User:*' and 1 in [1, 2]" }],
      'always',
    ],
    [
      'like and in on what is missing',
      'User:listUsers',
      [{ effect: 'allow', api: '*', condition: "pathVariable('x') like '*' or pathVariable('x') in ['a']" }],
      'never',
    ],
    [
      'something else in a list',
      'User:listUsers',
      [{ effect: 'allow', api: '*', condition: "samUserName in [pathVariable('x'), 'a'] or ipAddress('::/0')" }],
      'sometimes',
    ],
  ];
  const always = [
    'date(2026, 1, 1) != date(2026, 1, 2)',
    'time(1, 0) in [time(1, 0)]',
    "'a' == 'a'",
    '1 < 2',
    'not false',
    'true == true',
  ];
  const sometimes = [
    "ipAddress('::/0') == true",
    "queryParameter('x') in ['a']",
    'dateTime(2026, 1, 1, 0, 0) == currentDateTime',
    "'a' == samUserName",
    'mfaAuthenticated',
  ];
  for (const condition of [...always, ...sometimes]) {
    const allowed = always.includes(condition) ? 'always' : 'sometimes';
    it(`${condition}: ${allowed}`, () => {
      expect(reached('Sim:getSim', { effect: 'allow', api: '*', condition }).allowed).toBe(allowed);
    });
  }

  for (const [what, name, statements, allowed] of verdicts) {
    it(`${what}: ${allowed}`, () => expect(reached(name, ...statements).allowed).toBe(allowed));
  }
});
