import { describe, expect, it } from 'vitest';
import { upTo } from '../bench/hostile.ts';
import {
  checkTrustPolicy,
  describeProblem,
  describeProblemAt,
  explainTrust,
  formatTrustPolicy,
  LIMITS,
  type Operation,
  type PrincipalForm,
  parseTrustPolicy,
  type TrustDocument,
} from '../src/index.ts';
import { CALL, withoutPlaces } from './support.ts';

const pattern = /^srn:soracom:(OP\d{10})::(?:Operator:\1|User:[\p{L}\p{N}][\p{L}\p{N}._-]{0,63})$/u;
const FORM: PrincipalForm = {
  key: 'soracom',
  accepts: (text) => pattern.exec(text)?.[0] === text,
  examples: ['srn:soracom:OP0123456789::User:name', 'srn:soracom:OP0123456789::Operator:OP0123456789'],
};
const TARO = 'srn:soracom:OP0000000001::User:taro';
const ROOT = 'srn:soracom:OP0000000001::Operator:OP0000000001';

function textOf(...statements: readonly unknown[]): string {
  return JSON.stringify({ statements });
}

function trusting(principals: unknown, condition?: unknown): object {
  return { effect: 'allow', principal: { soracom: principals }, ...(condition !== undefined && { condition }) };
}

function documentOf(text: string): TrustDocument {
  const result = parseTrustPolicy(text, FORM);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.document;
}

function problemsOf(text: string): string[] {
  const result = parseTrustPolicy(text, FORM);
  return result.ok ? [] : result.problems.map(({ code, text: shown }) => `${code} ${shown}`);
}

describe('parseTrustPolicy', () => {
  it('reads principals and conditions with their places', () => {
    const text = textOf(trusting(TARO), trusting([TARO, ROOT], 'mfaAuthenticated'), trusting(ROOT, ''));
    const { statements } = documentOf(text);
    expect(statements.map(({ principals }) => principals.map((p) => p.text))).toEqual([[TARO], [TARO, ROOT], [ROOT]]);
    expect(statements.map(({ condition }) => condition?.text)).toEqual([undefined, 'mfaAuthenticated', undefined]);
    for (const { principals } of statements)
      for (const p of principals) expect(text.slice(p.start, p.end)).toBe(JSON.stringify(p.text));
  });

  const refused: readonly [what: string, text: string, problems: readonly string[]][] = [
    ['no JSON', '{', ['PERM_SYNTAX ']],
    ['a list', '[]', ['PERM_TYPE []']],
    ['nothing', '{}', ['PERM_MISSING_KEY {}']],
    ['no statements', textOf(), ['PERM_EMPTY []']],
    ['statements that are no list', '{"statements":{}}', ['PERM_TYPE {}']],
    ['a statement of nothing', textOf({}), ['PERM_MISSING_KEY {}', 'PERM_MISSING_KEY {}']],
    [
      'a key twice',
      `{"statements":[{"effect":"allow","principal":{"soracom":"${TARO}"},"condition":"true","condition":"false"}]}`,
      ['PERM_DUPLICATE_KEY "condition"'],
    ],
    [
      'a principal twice',
      `{"statements":[{"effect":"allow","principal":{"soracom":"${TARO}","soracom":"${ROOT}"}}]}`,
      ['PERM_DUPLICATE_KEY "soracom"'],
    ],
    ['an unknown key', textOf({ ...trusting(TARO), api: '*' }), ['PERM_UNKNOWN_KEY "api"']],
    [
      'another service',
      textOf({ effect: 'allow', principal: { other: TARO } }),
      ['PERM_MISSING_KEY {"other":"srn:soracom:OP0000000001::User:taro"}', 'PERM_UNKNOWN_KEY "other"'],
    ],
    ['a deny', textOf({ ...trusting(TARO), effect: 'deny' }), ['PERM_EFFECT "deny"']],
    ['another case', textOf({ ...trusting(TARO), effect: 'Allow' }), ['PERM_EFFECT "Allow"']],
    ['an effect that is no text', textOf({ ...trusting(TARO), effect: 1 }), ['PERM_TYPE 1']],
    ['a principal alone', textOf({ effect: 'allow', principal: TARO }), [`PERM_TYPE "${TARO}"`]],
    ['no principals', textOf(trusting([])), ['PERM_EMPTY []']],
    ['a number', textOf(trusting([1])), ['PERM_TYPE 1']],
    ['null', textOf(trusting(null)), ['PERM_TYPE null']],
    ['everybody', textOf(trusting('*')), ['TRUST_PRINCIPAL "*"']],
    ['a blank condition', textOf(trusting(TARO, ' ')), ['PERM_EMPTY " "']],
    ['a condition that is no text', textOf(trusting(TARO, true)), ['PERM_TYPE true']],
    ['a condition that is wrong', textOf(trusting(TARO, 'true and')), ['COND_SYNTAX ']],
    ['a name that is not known', textOf(trusting(TARO, 'mfa')), ['COND_UNKNOWN_VARIABLE mfa']],
  ];
  for (const [what, text, problems] of refused) {
    it(`refuses ${what}`, () => expect(problemsOf(text).toSorted()).toEqual([...problems].toSorted()));
  }

  it('takes services, but not the name of a user as one', () => {
    const of = (principal: object): string => textOf({ effect: 'allow', principal });
    for (const right of [{ service: ['Flux'] }, { service: 'Flux', soracom: [TARO] }]) {
      expect(problemsOf(of(right))).toEqual([]);
    }
    const { statements } = documentOf(of({ service: ['Flux', 'Lagoon'], soracom: TARO }));
    expect(statements[0]?.principals.map(({ text }) => text)).toEqual([TARO]);
    expect(statements[0]?.services.map(({ text }) => text)).toEqual(['Flux', 'Lagoon']);
    for (const wrong of ['', '*', 'Flux ', ' Flux', 'Flux\n', TARO, 'x'.repeat(65)]) {
      expect(problemsOf(of({ service: wrong }))[0], wrong).toMatch(/^TRUST_PRINCIPAL/);
    }
    expect(problemsOf(of({ service: [] }))).toEqual(['PERM_EMPTY []']);
    expect(problemsOf(of({ service: 'Flux', federated: 'x' }))).toEqual(['PERM_UNKNOWN_KEY "federated"']);
    expect(problemsOf(of({}))).toEqual(['PERM_MISSING_KEY {}']);
  });

  it('takes principals written in full only', () => {
    const name = 'a'.repeat(64);
    for (const right of [
      TARO,
      ROOT,
      `srn:soracom:OP0000000001::User:${name}`,
      'srn:soracom:OP1234567890::User:a.b-c_1',
    ]) {
      expect(problemsOf(textOf(trusting(right))), right).toEqual([]);
    }
    for (const wrong of [
      '',
      'taro',
      'srn:soracom:OP0000000001::User:*',
      'srn:soracom:*::User:taro',
      'srn:soracom:OP0000000001::Operator:OP0000000002',
      'srn:soracom:OP1::User:taro',
      'srn:soracom:OP0000000001::User:',
      'srn:soracom:OP0000000001::User:.a',
      `srn:soracom:OP0000000001::User:${name}a`,
      `${TARO}\n`,
      ` ${TARO}`,
      'srn:soracom:OP0000000001::Role:taro',
      'x'.repeat(5000),
    ]) {
      expect(problemsOf(textOf(trusting(wrong)))[0], wrong).toMatch(/^TRUST_PRINCIPAL/);
    }
  });

  it('reads names in one composition', () => {
    const composed = 'srn:soracom:OP0000000001::User:caf\u00e9';
    const { statements } = documentOf(textOf(trusting(composed.normalize('NFD'))));
    expect(statements[0]?.principals.map((principal) => principal.text)).toEqual([composed]);
  });

  it('takes another form of principals', () => {
    const form: PrincipalForm = {
      key: 'here',
      accepts: (name) => /^[a-z]+$/.test(name) && !name.includes('\n'),
      examples: ['taro'],
    };
    const written = (principal: string): string => textOf({ effect: 'allow', principal: { here: principal } });
    expect(parseTrustPolicy(written('taro'), form).ok).toBe(true);
    expect(parseTrustPolicy(written('taro\nhanako'), form).ok).toBe(false);
    expect(parseTrustPolicy(textOf(trusting(TARO)), form).ok).toBe(false);
    const result = parseTrustPolicy(written('taro'), form);
    if (result.ok) expect(JSON.parse(formatTrustPolicy(result.document, form))).toEqual(JSON.parse(written('taro')));
  });

  it('has limits, each at it and one past it', () => {
    const names = (count: number): string[] => upTo(count, (i) => `srn:soracom:OP0000000001::User:u${i}`);
    expect(problemsOf(textOf(trusting(names(100))))).toEqual([]);
    expect(problemsOf(textOf(trusting(names(101))))[0]).toMatch(/^LIMIT_PRINCIPALS/);
    expect(problemsOf(textOf(...upTo(100, () => trusting(TARO))))).toEqual([]);
    expect(problemsOf(textOf(...upTo(101, () => trusting(TARO))))[0]).toMatch(/^LIMIT_STATEMENTS/);
    const text = textOf(trusting(TARO));
    expect(problemsOf(text.padEnd(LIMITS.documentBytes))).toEqual([]);
    expect(problemsOf(text.padEnd(LIMITS.documentBytes + 1))[0]).toMatch(/^LIMIT_DOCUMENT/);
    expect(
      problemsOf(textOf(...upTo(60, () => ({ effect: 'deny', principal: { soracom: ['x', 'y'] } })))),
    ).toHaveLength(20);
    expect(problemsOf(textOf(trusting(upTo(60, () => 'x'))))).toHaveLength(20);
  });

  it('tells where and what in both languages', () => {
    const result = parseTrustPolicy('{"statements":[\n{"effect":"allow","principal":{"soracom":"taro"}}]}', FORM);
    if (result.ok) throw new Error('taken');
    const [problem] = result.problems;
    if (problem === undefined) throw new Error('no problem');
    expect(describeProblemAt(problem, 'en')).toBe(
      'Line 2, column 42: This is not a principal; write it in full, like srn:soracom:OP0123456789::User:name or srn:soracom:OP0123456789::Operator:OP0123456789.',
    );
    expect(describeProblemAt(problem, 'ja')).toBe(
      '2 行 42 列: プリンシパルの形式が正しくありません。srn:soracom:OP0123456789::User:name または srn:soracom:OP0123456789::Operator:OP0123456789 のように、省略せずに書いてください。',
    );
  });
});

describe('formatTrustPolicy', () => {
  it('gives a text of an equal document', () => {
    const text = textOf(trusting([TARO, ROOT], 'mfaAuthenticated and  true'), trusting([TARO]), trusting(ROOT, ''));
    const formatted = formatTrustPolicy(documentOf(text), FORM);
    expect(withoutPlaces(documentOf(formatted).statements)).toEqual(withoutPlaces(documentOf(text).statements));
    expect(formatted).toContain('\n');
    expect(JSON.parse(formatted)).toEqual({
      statements: [trusting([TARO, ROOT], 'mfaAuthenticated and  true'), trusting(TARO), trusting(ROOT)],
    });
  });

  it('keeps services', () => {
    const text = textOf({ effect: 'allow', principal: { service: ['Flux', 'Lagoon'] } }, trusting(TARO));
    expect(JSON.parse(formatTrustPolicy(documentOf(text), FORM))).toEqual(JSON.parse(text));
  });

  it('gives up prettiness before the limit', () => {
    const text = textOf(...upTo(7, () => trusting(upTo(100, (i) => `srn:soracom:OP0000000001::User:user${i}`))));
    expect(formatTrustPolicy(documentOf(text), FORM)).not.toContain('\n');
  });
});

describe('checkTrustPolicy', () => {
  const SWITCH: Operation = { name: 'Auth:switchUser', pathVariables: ['operator_id', 'user_name'] };
  const brief = (condition: string, operation?: Operation): string[] =>
    checkTrustPolicy(documentOf(textOf(trusting(TARO, condition))), operation).map(
      ({ severity, code, text }) => `${severity} ${code} ${text}`,
    );

  it('has nothing to say of a harmless one', () => {
    for (const condition of ['mfaAuthenticated', "pathVariable('user_name') == 'x'", '']) {
      expect(brief(condition)).toEqual([]);
      expect(brief(condition, SWITCH)).toEqual([]);
    }
  });

  const cases: readonly [condition: string, without: readonly string[], operation: readonly string[]][] = [
    ['1 == 1', ['security LINT_ALWAYS_APPLIES "1 == 1"'], ['security LINT_ALWAYS_APPLIES "1 == 1"']],
    ['not true', ['suggestion LINT_NEVER_APPLIES "not true"'], ['suggestion LINT_NEVER_APPLIES "not true"']],
    ["api == 'x'", [], ['suggestion LINT_NEVER_APPLIES "api == \'x\'"']],
    ["api like 'Auth:*'", [], ['security LINT_ALWAYS_APPLIES "api like \'Auth:*\'"']],
    [
      "pathVariable('userName') == 'x' or mfaAuthenticated",
      [],
      ["suggestion LINT_TRUST_PATH_VARIABLE pathVariable('userName')"],
    ],
    ["authMethod == 'sms'", ["security LINT_VALUE 'sms'"], ["security LINT_VALUE 'sms'"]],
  ];
  for (const [condition, without, operation] of cases) {
    it(condition, () => {
      expect(brief(condition)).toEqual(without);
      expect(brief(condition, SWITCH)).toEqual(operation);
    });
  }

  it('sees principals named twice', () => {
    const [finding, ...more] = checkTrustPolicy(documentOf(textOf(trusting([TARO, ROOT, TARO]))));
    expect(finding).toMatchObject({ code: 'LINT_TRUST_TWICE', text: JSON.stringify(TARO) });
    expect(finding?.fix).not.toBeNull();
    expect(more).toEqual([]);
  });

  it('says that services are not here', () => {
    const text = textOf({ effect: 'allow', principal: { service: ['Flux', 'Flux'], soracom: TARO } });
    expect(checkTrustPolicy(documentOf(text)).map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'suggestion LINT_TRUST_SERVICE',
      'suggestion LINT_TRUST_TWICE',
      'suggestion LINT_TRUST_SERVICE',
    ]);
  });

  it('can be told in both languages', () => {
    const condition = "pathVariable('userName') == 'x'";
    const found = checkTrustPolicy(documentOf(textOf(trusting([TARO, TARO], condition))), SWITCH);
    expect(found).toHaveLength(2);
    for (const finding of found) {
      expect(describeProblem(finding, 'en')).not.toMatch(/[{}#]/);
      expect(describeProblem(finding, 'ja')).not.toMatch(/[{}#]/);
    }
  });
});

describe('explainTrust', () => {
  const document = documentOf(
    textOf(
      trusting([ROOT, TARO], 'mfaAuthenticated and authAgeSeconds < 60'),
      trusting(ROOT),
      trusting(TARO, "queryParameter('x') == 'y'"),
      trusting(TARO, "authMethod == 'password+totp'"),
    ),
  );

  it('shows every statement with the values of its condition', () => {
    const { allowed, statements } = explainTrust(document, TARO, CALL);
    expect(allowed).toBe(true);
    expect(statements.map(({ matched, applies }) => [matched, applies])).toEqual([
      [true, false],
      [false, false],
      [true, false],
      [true, true],
    ]);
    expect(statements[0]).toMatchObject({
      statement: 1,
      principals: [
        { text: ROOT, matched: false },
        { text: TARO, matched: true },
      ],
      condition: { value: 'false', trace: { children: [{ value: true }, { value: false }] } },
    });
    expect(statements[2]?.condition).toMatchObject({
      value: 'fails',
      failing: { failure: { code: 'FAIL_QUERY_PARAMETER' } },
    });
    expect(JSON.parse(JSON.stringify(statements))).toEqual(statements);
  });

  it('lets no service in, whoever calls itself so', () => {
    const services = documentOf(textOf({ effect: 'allow', principal: { service: 'Flux' } }));
    for (const name of ['Flux', '', TARO]) expect(explainTrust(services, name, CALL).allowed).toBe(false);
  });

  it('lets nobody in whom no applying statement names exactly', () => {
    expect(explainTrust(document, ROOT, { ...CALL, mfaAuthenticated: false }).allowed).toBe(true);
    expect(explainTrust(document, TARO, { ...CALL, authMethod: 'password' }).allowed).toBe(false);
    for (const other of ['', 'taro', TARO.toUpperCase(), `${TARO} `, 'srn:soracom:OP0000000001::User:hanako']) {
      expect(explainTrust(document, other, CALL).allowed).toBe(false);
    }
  });
});
