import { describe, expect, it } from 'vitest';
import { applyEdit, check, describeProblem, type LintFinding, type Operation, parse } from '../src/index.ts';
import { nearest } from '../src/suggest.ts';
import { CATALOGUE, documentFrom, documentOf, leastWork, plainStatements } from './support.ts';

function findings(statements: readonly object[], catalogue: readonly Operation[] = CATALOGUE): readonly LintFinding[] {
  return check(documentFrom(...statements), catalogue);
}

function brief(statements: readonly object[], catalogue?: readonly Operation[]): string[] {
  return findings(statements, catalogue).map(({ severity, code, text }) => `${severity} ${code} ${text}`);
}

const OWN = "pathVariable('user_name') == samUserName";

const cases: readonly [what: string, statements: readonly object[], expected: readonly string[]][] = [
  ['nothing', [], []],
  ['a harmless document', [{ effect: 'allow', api: ['Sim:*', 'User:listUsers'] }], []],
  ['everything', [{ effect: 'allow', api: '**' }], ['security LINT_ALLOW_ALL "**"']],
  [
    'everything, on a condition',
    [{ effect: 'allow', api: '*', condition: 'mfaAuthenticated' }],
    ['security LINT_MFA_OF_OTHERS "*"'],
  ],
  [
    'all of User',
    [{ effect: 'allow', api: ['Sim:*', 'User:*'] }],
    ['security LINT_MFA_OF_OTHERS "User:*"', 'security LINT_OWN_USER "User:*"'],
  ],
  [
    'all of User but that',
    [
      { effect: 'allow', api: 'User:*' },
      { effect: 'deny', api: ['User:*MFA', 'User:*Password', 'User:*AuthKey', 'User:*Tokens'] },
    ],
    ['security LINT_DENY_NO_MATCH "User:*AuthKey"', 'security LINT_DENY_NO_MATCH "User:*Tokens"'],
  ],
  [
    'a deny that only sometimes helps',
    [
      { effect: 'allow', api: 'User:revokeUserMFA' },
      { effect: 'deny', api: 'User:revoke*', condition: 'not mfaAuthenticated' },
    ],
    ['security LINT_MFA_OF_OTHERS "User:revokeUserMFA"'],
  ],
  [
    'own password, unconditioned',
    [{ effect: 'allow', api: 'User:updateUserPassword' }],
    ['security LINT_OWN_USER "User:updateUserPassword"'],
  ],
  ['own password', [{ effect: 'allow', api: 'User:updateUserPassword', condition: `mfaAuthenticated and ${OWN}` }], []],
  ['own MFA', [{ effect: 'allow', api: 'User:revokeUserMFA', condition: OWN }], []],
  [
    'the flow-C set, only my own',
    [{ effect: 'allow', api: ['User:listUsers', 'User:revokeUserMFA'], condition: OWN }],
    ["suggestion LINT_PATH_VARIABLE_SOME pathVariable('user_name')"],
  ],
  ['allow of nothing', [{ effect: 'allow', api: 'Sim:lisSims' }], ['suggestion LINT_NO_MATCH "Sim:lisSims"']],
  [
    'deny of nothing',
    [{ effect: 'deny', api: ['Biling:getBilling', 'sim:*'] }],
    ['security LINT_DENY_NO_MATCH "Biling:getBilling"', 'security LINT_DENY_NO_MATCH "sim:*"'],
  ],
  [
    'a path variable that none has',
    [{ effect: 'deny', api: 'Sim:getSim', condition: "pathVariable('simId') == '1'" }],
    ["security LINT_PATH_VARIABLE pathVariable('simId')"],
  ],
  [
    'never true',
    [{ effect: 'deny', api: 'Sim:*', condition: "api like 'User:*'" }],
    ['security LINT_NEVER_APPLIES "api like \'User:*\'"'],
  ],
  [
    'never true, of an allow',
    [{ effect: 'allow', api: 'Sim:*', condition: 'mfaAuthenticated and not true' }],
    ['suggestion LINT_NEVER_APPLIES "mfaAuthenticated and not true"'],
  ],
  [
    'always true',
    [{ effect: 'allow', api: 'Sim:*', condition: "1 == 1 or 'a' in ['b']" }],
    ["security LINT_ALWAYS_APPLIES \"1 == 1 or 'a' in ['b']\""],
  ],
  [
    'always true, of a deny',
    [{ effect: 'deny', api: 'Sim:listSims', condition: "'x' == pathVariable('sim_id') or true" }],
    ["security LINT_PATH_VARIABLE pathVariable('sim_id')"],
  ],
  [
    'always applying deny',
    [{ effect: 'deny', api: 'Sim:*', condition: 'date(2026,1,1) < date(2026,1,2)' }],
    ['suggestion LINT_ALWAYS_APPLIES "date(2026,1,1) < date(2026,1,2)"'],
  ],
  [
    'values that never come',
    [
      {
        effect: 'allow',
        api: 'Sim:*',
        condition:
          "'Monday' == currentDayOfWeek or authMethod in ['passkey', 'sms'] or httpMethod != 'get' or authMethod != 'passkey'",
      },
    ],
    ["security LINT_VALUE 'Monday'", "security LINT_VALUE 'sms'", "security LINT_VALUE 'get'"],
  ],
  [
    'a statement twice',
    [
      { effect: 'allow', api: ['Sim:getSim', 'Sim:listSims'], condition: 'mfaAuthenticated' },
      { effect: 'allow', api: ['Sim:listSims', 'Sim:getSim'], condition: ' mfaAuthenticated' },
    ],
    [
      'suggestion LINT_DUPLICATE_STATEMENT {"effect":"allow","api":["Sim:listSims","Sim:getSim"],"condition":" mfaAuthentic',
    ],
  ],
  [
    'not twice',
    [
      { effect: 'allow', api: 'Sim:getSim' },
      { effect: 'deny', api: 'Sim:listSims' },
    ],
    [],
  ],
  [
    'a pattern twice',
    [{ effect: 'allow', api: ['Sim:getSim', 'Sim:getSim'] }],
    ['suggestion LINT_DUPLICATE_PATTERN "Sim:getSim"'],
  ],
  [
    'a pattern in another',
    [{ effect: 'allow', api: ['Sim:getSim', 'Sim:*', 'Sim:**'] }],
    ['suggestion LINT_REDUNDANT_PATTERN "Sim:getSim"'],
  ],
  [
    'shadowed',
    [
      { effect: 'allow', api: ['Sim:getSim', 'Sim:*'], condition: 'mfaAuthenticated' },
      { effect: 'deny', api: 'Sim:get*' },
    ],
    ['suggestion LINT_SHADOWED "Sim:getSim"', 'suggestion LINT_REDUNDANT_PATTERN "Sim:getSim"'],
  ],
];

describe('check', () => {
  for (const [what, statements, expected] of cases) {
    it(what, () => expect(brief(statements).toSorted()).toEqual(expected.toSorted()));
  }

  it('says nothing about matches without a catalogue', () => {
    expect(brief([{ effect: 'deny', api: 'No:*', condition: "pathVariable('x') == '1'" }], [])).toEqual([]);
  });

  it('suggests near names', () => {
    const suggestions = (api: string): unknown => findings([{ effect: 'allow', api }])[0]?.params['suggestions'];
    expect(suggestions('Sim:listsim')).toEqual(['Sim:listSims']);
    expect(suggestions('Biling:getBilling')).toEqual(['Billing:getBilling']);
    expect(suggestions('sim:getSim')).toEqual(['Sim:getSim']);
    expect(suggestions('Nothing:alike')).toEqual([]);
    expect(suggestions('Sim:terminate')).toEqual([]);
    expect(suggestions('Sim:x*')).toEqual([]);
    expect(suggestions(`Sim:${'x'.repeat(60)}`)).toEqual([]);
  });

  it('offers three names, nearest first, then by name', () => {
    expect(nearest('listen', ['listed', 'lister', 'listens', 'listel', 'glisten', 'other'])).toEqual([
      'glisten',
      'listed',
      'listel',
    ]);
    expect(nearest('abcdefghi', ['abcdefgxx', 'abcdefghx'])).toEqual(['abcdefghx', 'abcdefgxx']);
  });

  it('knows no operations but those of the catalogue, and no traits but theirs', () => {
    const allowed = { effect: 'allow', api: ['User:revokeUserMFA', 'Key:delete', 'Key:list', 'Own:reset'] };
    expect(brief([allowed], [])).toEqual([]);
    const catalogue: readonly Operation[] = [
      { name: 'User:revokeUserMFA', pathVariables: ['user_name'], method: 'DELETE', path: '/users/{user_name}/mfa' },
      { name: 'Key:delete', pathVariables: ['user', 'key'], traits: ['credentials'], target: 'user' },
      { name: 'Key:list', pathVariables: [], traits: [] },
      { name: 'Own:reset', pathVariables: [], traits: ['credentials', 'removes-mfa'] },
      { name: 'Odd:one', pathVariables: ["a'b"], traits: ['removes-mfa'] },
    ];
    expect(findings([allowed], catalogue).map(({ code, params }) => [code, params['operations']])).toEqual([
      ['LINT_OWN_USER', ['Key:delete', 'Own:reset']],
      ['LINT_MFA_OF_OTHERS', ['Own:reset']],
    ]);
    const own = "pathVariable('user') == samUserName";
    expect(brief([{ effect: 'allow', api: 'Key:delete', condition: own }], catalogue)).toEqual([]);
    expect(findings([{ effect: 'allow', api: 'Key:delete' }], catalogue)[0]?.fix?.insert).toContain(own);
    expect(findings([{ effect: 'allow', api: 'Odd:one' }], catalogue)[0]?.fix).toBeNull();
    const odd = { effect: 'allow', api: 'Odd:one', condition: own };
    expect(findings([odd], catalogue).map(({ code }) => code)).toContain('LINT_MFA_OF_OTHERS');
  });

  it('puts places of conditions into the document', () => {
    const text =
      '{"statements":[\n {"effect":"deny","api":"Sim:getSim","condition":"\\u0074rue and pathVariable(\'simId\') == \'1\'"}]}';
    const [finding] = check(documentOf(text), CATALOGUE);
    expect(finding).toMatchObject({
      line: 2,
      column: 65,
      text: "pathVariable('simId')",
      params: { suggestions: ['sim_id'] },
    });
    expect(finding?.offset).toBe(text.indexOf('pathVariable'));
  });

  it('gives fixes that leave right documents without the finding', () => {
    for (const [, statements] of cases) {
      const text = JSON.stringify({ statements }, null, 2);
      for (const { fix, code, offset } of check(documentOf(text), CATALOGUE)) {
        if (fix === null) continue;
        const fixed = parse(applyEdit(text, fix));
        if (!fixed.ok) throw new Error(`${code} ${applyEdit(text, fix)}`);
        const left = check(fixed.document, CATALOGUE).filter((f) => f.code === code && f.offset === offset);
        // The pattern that moved to this place may have a finding of its own.
        expect(left.length === 0 || fix.insert === '').toBe(true);
      }
    }
  });

  it('removes the first, a middle and the last pattern, never the only one', () => {
    const fixed = (api: readonly string[]): string[] => {
      const text = JSON.stringify({ statements: [{ effect: 'allow', api }] });
      return check(documentOf(text), CATALOGUE).flatMap(({ fix }) => (fix === null ? [] : [applyEdit(text, fix)]));
    };
    const patterns = (texts: readonly string[]): unknown => texts.map((text) => plainStatements(text)[0]?.api);
    expect(patterns(fixed(['X:x', 'Sim:*']))).toEqual([['Sim:*']]);
    expect(patterns(fixed(['Sim:*', 'X:x', 'Billing:*']))).toEqual([['Sim:*', 'Billing:*']]);
    expect(patterns(fixed(['Sim:*', 'X:x']))).toEqual([['Sim:*']]);
    expect(fixed(['X:x'])).toEqual([]);
  });

  it('describes every finding in both languages', () => {
    for (const [, statements] of cases) {
      for (const finding of findings(statements)) {
        for (const language of ['en', 'ja'] as const)
          expect(describeProblem(finding, language)).not.toMatch(/undefined|[{#`]\w/);
      }
    }
  });

  it('reports at most 50, and ends early on what would take long', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({
      effect: 'allow',
      api: Array.from({ length: 20 }, (_, j) => `*${i}*${j}*`),
    }));
    const operations = Array.from({ length: 2000 }, (_, i) => ({
      name: `Tag${i % 40}:operation${i}`,
      pathVariables: [],
    }));
    expect(leastWork(() => expect(findings(many, operations).length).toBeLessThanOrEqual(50))).toBeLessThan(1500);
    const long = new Array(80).fill("httpMethod != 'x'").join(' or ');
    const conditions = Array.from({ length: 10 }, () => ({ effect: 'allow', api: '*', condition: long }));
    expect(findings(conditions, operations)).toHaveLength(50);
    const names = Array.from({ length: 100 }, (_, i) => ({
      effect: 'allow',
      api: Array.from({ length: 10 }, (_, j) => `Tag1:x${i}x${j}`),
    }));
    expect(findings(names, operations).length).toBeGreaterThan(20);
    const wide = Array.from({ length: 45 }, (_, i) => ({
      effect: 'deny',
      api: Array.from({ length: 45 }, (_, j) => `*${i}${j}`),
    }));
    const narrow = Array.from({ length: 30 }, (_, i) => ({
      effect: 'allow',
      api: Array.from({ length: 45 }, (_, j) => `${j}${i}`),
    }));
    const alike = Array.from({ length: 36 }, (_, i) => ({
      effect: 'allow',
      api: Array.from({ length: 80 }, (_, j) => `${i}*${j}`),
    }));
    expect(findings(alike, []).length).toBeLessThanOrEqual(50);
    expect(findings([...wide, ...narrow], []).length).toBeLessThanOrEqual(50);
  });
});
