import { describe, expect, it } from 'vitest';
import {
  type Code,
  compile,
  describeProblem,
  describeProblemAt,
  FUNCTIONS,
  format,
  KEYWORDS,
  LIMITS,
  MESSAGES,
  type Params,
  parse,
  parseCondition,
  type Trace,
  VARIABLES,
} from '../src/index.ts';
import { stopAtRefusal } from '../src/problem.ts';
import { CALL, documentFrom, documentOf, outcomeOf, plainStatements, source, withCondition } from './support.ts';

describe('messages', () => {
  const problems = (text: string, language: 'en' | 'ja'): string[] => {
    const result = parse(text);
    return result.ok ? [] : result.problems.map((problem) => describeProblemAt(problem, language));
  };

  it('are whole sentences in English', () => {
    expect(problems('{"statements":[{"effect":"allow","api":"*","condition":"samUsrName == \'x\'"}]}', 'en')).toEqual([
      'Line 1, column 57: There is no variable samUsrName. Did you mean samUserName?',
    ]);
    expect(problems(withCondition("currentDate > '2023'"), 'en')).toEqual([
      'Line 1, column 71: A date was expected here, but this is a string.',
    ]);
    expect(problems('{"statements":[{"effect":"alow","api":"*"}]}', 'en')).toEqual([
      'Line 1, column 26: The effect must be "allow" or "deny", in lower case. Did you mean allow?',
    ]);
    expect(problems(' '.repeat(40_000), 'en')).toEqual([
      'Line 1, column 1: The document is 40,000 bytes long; at most 32,768 are allowed.',
    ]);
  });

  it('are whole sentences in Japanese', () => {
    expect(problems(withCondition("samUsrName == 'x'"), 'ja')).toEqual([
      '1 行 57 列: 変数 samUsrName はありません。samUserName ではありませんか。',
    ]);
    expect(problems('{"statements":[{"effect":"x","api":"*","why":""}]}', 'ja')).toEqual([
      '1 行 26 列: effect には「allow」または「deny」を小文字で指定してください。',
      '1 行 40 列: キー「why」はここでは使用できません。使用できるのは「effect」、「api」または「condition」です。',
    ]);
    expect(problems('{"statements":[{"effect":"deny","api":1}]}', 'ja')).toEqual([
      '1 行 39 列: ここには文字列または配列が必要です (実際: 数値)。',
    ]);
  });

  it('set off half-width words', () => {
    const params = { name: 'httpMethod', expected: ['GET', 'PUT'] };
    expect(describeProblem({ code: 'LINT_VALUE', params }, 'ja')).toContain('GET または PUT');
    expect(describeProblem({ code: 'LINT_OWN_USER', params: { operations: ['A:a', 'B:b'] } }, 'ja')).toContain(
      ' (A:a、B:b)',
    );
    expect(describeProblem({ code: 'LINT_OWN_USER', params: { operations: ['A:a', 'B:b'] } }, 'en')).toContain(
      '(A:a, B:b)',
    );
  });

  it('name the same parameters in both languages', () => {
    for (const [code, [en, ja]] of Object.entries(MESSAGES)) {
      const names = (text: string): string[] =>
        [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).toSorted();
      expect(names(ja), code).toEqual(names(en));
      expect(ja.endsWith('。'), code).toBe(true);
      const params: Params = Object.fromEntries(names(en).map((name) => [name, 'x']));
      expect(describeProblem({ code: code as Code, params }, 'ja')).not.toMatch(/[{}]/);
    }
  });
});

describe('what is no refusal', () => {
  it('is not taken for one', () => {
    const bug = (): never => {
      throw new TypeError('bug');
    };
    expect(() => stopAtRefusal([], bug)).toThrow('bug');
  });
});

describe('completion data', () => {
  it('is of names that the language knows, with the types it says', () => {
    for (const { name, type } of VARIABLES) {
      expect(parseCondition(type === 'boolean' ? name : `${name} == ${name}`).ok, name).toBe(true);
    }
    for (const { example, type } of FUNCTIONS) {
      expect(parseCondition(type === 'boolean' ? example : `${example} == ${example}`).ok, example).toBe(true);
    }
    for (const word of KEYWORDS)
      expect(parseCondition(`${word} == ${word}`).ok).toBe(word === 'true' || word === 'false');
  });

  it('names every variable that a call has', () => {
    for (const { name, type } of VARIABLES) {
      const condition = type === 'boolean' ? `${name} or not ${name}` : `${name} == ${name}`;
      expect(outcomeOf(condition), name).toBe('true');
    }
  });
});

describe('format', () => {
  it('keeps order and writes dates as the public reference does', () => {
    const text =
      '{"statements":[{"api":["B:*","A:*"],"condition":"not( currentDate>=date(2023,2,1) )and(true or  \\u0027a\\u0027 in[\\u0027it\\u0027\\u0027s\\u0027])","effect":"deny"},{"effect":"allow","api":["x"]}]}';
    expect(JSON.parse(format(documentOf(text)))).toEqual({
      statements: [
        {
          effect: 'deny',
          api: ['B:*', 'A:*'],
          condition: "not currentDate >= date(2023, 02, 01) and (true or 'a' in ['it''s'])",
        },
        { effect: 'allow', api: 'x' },
      ],
    });
  });

  it('keeps parentheses that mean something', () => {
    for (const condition of [
      '(true and false) and true',
      'not (true or false)',
      '(not true) == false',
      '(1 == 1) == true',
      "(1 in [1]) == ('a' not like 'b')",
      "samUserName not in ['a']",
    ]) {
      expect(plainStatements(format(documentOf(withCondition(condition))))[0]?.condition).toBe(condition);
    }
  });

  it('gives up prettiness before a limit', () => {
    const patterns = Array.from({ length: 100 }, (_, i) => `a${i}`);
    const wide = documentFrom(...Array.from({ length: 35 }, () => ({ effect: 'allow', api: patterns })));
    expect(format(wide)).not.toContain('\n');
    const dense = `samUserName in[${new Array(100).fill("'a'").join(',')}]or samUserName in[${new Array(100).fill("'a'").join(',')}]or samUserName in[${new Array(100).fill("'a'").join(',')}]or api=='${'x'.repeat(700)}'`;
    expect(plainStatements(format(documentOf(withCondition(dense))))[0]?.condition).toBe(dense);
    const full = JSON.stringify({
      statements: Array.from({ length: 16 }, () => ({
        effect: 'deny',
        api: ['x'],
        condition: `1<2and api!='${'y'.repeat(1988)}'`,
      })),
    });
    expect(full.length).toBeLessThanOrEqual(LIMITS.documentBytes);
    expect(parse(format(documentOf(full))).ok).toBe(true);
  });
});

describe('explain', () => {
  const explained = (condition: string, call: object = {}) => {
    const { statements } = compile([
      source(documentFrom({ effect: 'deny', api: ['User:*', 'Sim:*'], condition })),
    ]).explain({ ...CALL, ...call });
    const [statement] = statements;
    if (statement === undefined || statement.condition === null) throw new Error('no condition');
    return { ...statement, condition: statement.condition };
  };

  it('shows patterns and origin', () => {
    expect(explained('true')).toMatchObject({
      from: { kind: 'own' },
      statement: 1,
      effect: 'deny',
      patterns: [
        { text: 'User:*', matched: true },
        { text: 'Sim:*', matched: false },
      ],
      matched: true,
      applies: true,
      deciding: true,
    });
    expect(explained('true', { api: 'X:x' })).toMatchObject({ matched: false, applies: false, deciding: false });
  });

  it('shows every value', () => {
    const leaves = (trace: Trace): [string, unknown][] =>
      trace.children.length === 0 ? [[trace.text, trace.value]] : trace.children.flatMap(leaves);
    const condition =
      "(currentDate) > date(2023, 2, 1) and currentTime < time(9,0) or currentDateTime == dateTime(2026,1,1,0,0) or not ipAddress('10.0.0.0/8') and samUserName in ['a', 'b'] and api not like 'x*' and sourceIp == '::ffff:10.0.0.1' and authAgeSeconds == 60";
    expect(leaves(explained(condition).condition.trace)).toEqual([
      ['currentDate', '2026-11-19'],
      ['date(2023, 2, 1)', '2023-02-01'],
      ['currentTime', '01:30:15'],
      ['time(9,0)', '09:00:00'],
      ['currentDateTime', '2026-11-19T01:30:15Z'],
      ['dateTime(2026,1,1,0,0)', '2026-01-01T00:00:00Z'],
      ["ipAddress('10.0.0.0/8')", false],
      ['samUserName', 'taro'],
      ["'a'", 'a'],
      ["'b'", 'b'],
      ['api', 'User:getUser'],
      ['sourceIp', '192.0.2.10'],
      ["'::ffff:10.0.0.1'", '10.0.0.1'],
      ['authAgeSeconds', 60],
      ['60', 60],
    ]);
  });

  const failures: readonly [condition: string, call: object, code: string, text: string][] = [
    ["mfaAuthenticated and pathVariable('x') == 'y'", {}, 'FAIL_PATH_VARIABLE', "pathVariable('x')"],
    ["not (true and queryParameter('x') like 'y')", {}, 'FAIL_QUERY_PARAMETER', "queryParameter('x')"],
    ["queryParameter('x') in ['y']", { queryParameters: { x: [] } }, 'FAIL_VALUE', "queryParameter('x')"],
    [
      "'y' in ['x', queryParameter('x')]",
      { queryParameters: { x: 'z'.repeat(3000) } },
      'FAIL_LENGTH',
      "queryParameter('x')",
    ],
    ["pathVariable('x') not in ['y']", { pathVariables: { x: 'z'.repeat(3000) } }, 'FAIL_LENGTH', "pathVariable('x')"],
    ["requestPath not like 'y'", { requestPath: 'z'.repeat(3000) }, 'FAIL_LENGTH', 'requestPath'],
    ["samUserName == 'x'", { samUserName: null }, 'FAIL_VALUE', 'samUserName'],
    ["ipAddress('::/0')", { sourceIp: '' }, 'FAIL_ADDRESS', "ipAddress('::/0')"],
    ["sourceIp == '::1'", { sourceIp: null }, 'FAIL_ADDRESS', 'sourceIp'],
    ['currentDateTime > dateTime(2026,1,1,0,0)', { timeZone: '?' }, 'FAIL_TIME', 'currentDateTime'],
    ['dateTime(2026,1,1,0,0) < currentDateTime', { timeZone: '?' }, 'FAIL_TIME', 'dateTime(2026,1,1,0,0)'],
    ['false or mfaAuthenticated', { mfaAuthenticated: undefined }, 'FAIL_VALUE', 'mfaAuthenticated'],
  ];
  for (const [condition, call, code, text] of failures) {
    it(`tells the failing part of ${condition}`, () => {
      const { condition: shown, applies } = explained(condition, call);
      expect(shown).toMatchObject({ value: 'fails', failing: { text, failure: { code } } });
      expect(applies).toBe(true);
      const { failing } = shown;
      if (failing === null) throw new Error('no failing part');
      expect(condition.slice(failing.start, failing.end)).toBe(text);
      for (const language of ['en', 'ja'] as const)
        expect(describeProblem(failing.failure, language)).not.toMatch(/undefined|\{/);
    });
  }

  it('is plain data', () => {
    const explanation = compile([source(documentFrom({ effect: 'allow', api: '*', condition: 'true' }))]).explain(CALL);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
    expect(explanation.rule).toBe('allow');
  });
});
