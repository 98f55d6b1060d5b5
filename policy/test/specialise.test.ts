import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareReach,
  compile,
  compileCondition,
  type Known,
  parseCondition,
  printExpression,
  type Request,
  reach,
  specialise,
  specialiseDocument,
  specialiseNames,
} from '../src/index.ts';
import { condition, request } from './arbitraries.ts';
import { CALL, CATALOGUE, documentFrom, source } from './support.ts';

const NOTHING: Known = { variables: {}, pathVariables: {} };
const known = (variables: Known['variables'], pathVariables: Known['pathVariables'] = {}): Known => ({
  variables,
  pathVariables,
});

function withCondition(condition: string) {
  return documentFrom({ effect: 'allow', api: '*', condition });
}

function specialised(condition: string, values: Known): string {
  const expression = specialiseDocument(withCondition(condition), values).statements[0]?.condition?.expression;
  return expression === undefined ? '' : printExpression(expression);
}

function named(condition: string, name: string | undefined): string {
  const expression = specialiseNames(withCondition(condition), name).statements[0]?.condition?.expression;
  return expression === undefined ? '' : printExpression(expression);
}

describe('specialise', () => {
  const taro = known(
    { samUserName: 'taro', mfaAuthenticated: true, authAgeSeconds: 60, sourceIp: '::ffff:10.0.0.7' },
    { user_name: 'taro', operator_id: 'OP1' },
  );
  const cases: readonly [condition: string, values: Known, expected: string][] = [
    ["pathVariable('user_name') == samUserName", taro, 'true'],
    ["pathVariable('user_name') != samUserName", taro, 'false'],
    ["pathVariable('other') == samUserName", taro, "pathVariable('other') == 'taro'"],
    ["samUserName like 't*' and authMethod == 'password'", taro, "authMethod == 'password'"],
    ["samUserName not like 't*' or mfaAuthenticated == (authMethod == 'x')", taro, "authMethod == 'x'"],
    ["(authMethod == 'x') != mfaAuthenticated", taro, "not authMethod == 'x'"],
    ['not mfaAuthenticated', taro, 'false'],
    ['not (api == samUserName)', taro, "not api == 'taro'"],
    ['authAgeSeconds < 61 and 60 >= authAgeSeconds and authAgeSeconds in [1, 60]', taro, 'true'],
    ['authAgeSeconds < secondsSinceMfaReset', taro, '60 < secondsSinceMfaReset'],
    ["samUserName in ['a', authMethod, 'b']", taro, "'taro' in [authMethod]"],
    ["samUserName in ['a', authMethod, 'taro']", taro, 'true'],
    ["samUserName not in ['a', 'b']", taro, 'true'],
    ["'a' not in [samUserName, 'a']", taro, 'false'],
    ["authMethod in ['x', samUserName]", taro, "authMethod in ['x', 'taro']"],
    ["sourceIp == '10.0.0.7'", taro, 'true'],
    ["'::ffff:a00:7' == sourceIp and '::ffff:a00:7' == requestPath", taro, "'::ffff:a00:7' == requestPath"],
    ["sourceIp in ['10.0.0.1', '::ffff:a00:7']", taro, 'true'],
    ["sourceIp not in ['10.0.0.1', sourceIp]", taro, 'false'],
    ['sourceIp != sourceIp', taro, 'false'],
    ["ipAddress('10.0.0.0/8')", taro, 'true'],
    ["ipAddress('11.0.0.0/8') == mfaAuthenticated", taro, 'false'],
    ['false or currentDate == date(2026, 1, 1) and true', NOTHING, 'currentDate == date(2026, 01, 01)'],
    ['currentDate == currentDate or date(2026, 1, 1) < date(2026, 1, 2)', NOTHING, 'true'],
    ["queryParameter('user_name') == 'x'", taro, "queryParameter('user_name') == 'x'"],
  ];
  for (const [condition, values, expected] of cases) {
    it(`${condition}: ${expected}`, () => expect(specialised(condition, values)).toBe(expected));
  }

  it('leaves out what could not be read, or is of another type', () => {
    const wrong = known(
      {
        samUserName: 5,
        authMethod: 'x'.repeat(3000),
        mfaAuthenticated: 'yes',
        authAgeSeconds: Number.NaN,
        secondsSinceMfaReset: 0.5,
        sourceIp: 'unknown',
        currentDate: 5,
        nothing: 'x',
      },
      { user_name: 'x'.repeat(3000) },
    );
    for (const condition of [
      "samUserName == 'x'",
      "authMethod == 'x'",
      'mfaAuthenticated',
      'authAgeSeconds == 1',
      'secondsSinceMfaReset == 1',
      "sourceIp == '10.0.0.1'",
      "ipAddress('10.0.0.0/8')",
      'currentDate == date(2026, 01, 01)',
      "pathVariable('user_name') == 'x'",
    ]) {
      expect(specialised(condition, wrong)).toBe(condition);
    }
    expect(specialised("sourceIp == '10.0.0.1'", known({ sourceIp: 5 }))).toBe("sourceIp == '10.0.0.1'");
    expect(specialised("ipAddress('10.0.0.1')", known({ sourceIp: 5 }))).toBe("ipAddress('10.0.0.1')");
  });

  it('looks at no inherited names', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
      const written = `pathVariable('${name}') like 'a*'`;
      const sources = [source(withCondition(written))];
      const specialisedSources = specialise(sources, taro);
      expect(specialised(written, taro)).toBe(written);
      expect(reach(specialisedSources, CATALOGUE).every(({ allowed }) => allowed === 'never')).toBe(true);
      const operation = { name: 'A:a', pathVariables: [name] };
      expect(reach(specialisedSources, [operation])[0]?.allowed).toBe('sometimes');
    }
  });

  it('reads no inherited name as a variable', () => {
    const expression = { kind: 'variable', name: 'constructor', start: 0, end: 11 } as const;
    expect(compileCondition(expression)(CALL)).toBe('fails');
  });

  it('lets reach say always and never, and shows people what was written', () => {
    const own = "pathVariable('user_name') == samUserName and authMethod != 'switchUser'";
    const sources = [source(withCondition(own))];
    const operation = { name: 'User:getUser', pathVariables: ['user_name'] };
    const reached = (method: string, target: string) =>
      reach(specialise(sources, known({ samUserName: 'taro', authMethod: method }, { user_name: target })), [
        operation,
      ])[0];
    expect(reached('password', 'taro')?.allowed).toBe('always');
    expect(reached('password', 'hanako')?.allowed).toBe('never');
    expect(reached('switchUser', 'taro')?.allowed).toBe('never');
    const half = reach(specialise(sources, known({ samUserName: 'taro' }, { user_name: 'taro' })), [operation])[0];
    expect(half).toMatchObject({ allowed: 'sometimes', allowedBy: [{ condition: own }] });
    expect(specialiseDocument(documentFrom({ effect: 'deny', api: '*' }), taro).statements[0]?.condition).toBeNull();
  });

  it('never mixes up conditions of one text with different values put in', () => {
    const document = withCondition("samUserName == 'a'");
    const [a, b] = ['a', 'b'].map((name) => specialiseDocument(document, known({ samUserName: name }))) as [
      typeof document,
      typeof document,
    ];
    expect(compareReach([[b]], [a])).toBe('not covered');
    expect(compareReach([[a]], [b])).toBe('covered');
    expect(compile([source(b), source(a)]).decide(CALL)).toBe('allow');
    expect(compile([source(b)]).decide(CALL)).toBe('deny');
  });

  it('gives the same on every call that has the known values', () => {
    fc.assert(
      fc.property(condition, request, fc.boolean(), ({ text }, call, all) => {
        const parsed = parseCondition(text);
        if (!parsed.ok) return;
        const { samUserName, sourceIp, authAgeSeconds, mfaAuthenticated, api } = call;
        const variables = {
          ...(samUserName !== null && { samUserName }),
          ...(sourceIp !== null && { sourceIp }),
          ...(all && authAgeSeconds !== null && { authAgeSeconds }),
          ...(all && { mfaAuthenticated, api }),
        };
        const [statement] = specialiseDocument(withCondition(text), known(variables, call.pathVariables)).statements;
        const expression = statement?.condition?.expression ?? parsed.condition.expression;
        expect(compileCondition(expression)(call)).toBe(compileCondition(parsed.condition.expression)(call));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('specialiseNames', () => {
  const cases: readonly [condition: string, a: string, other: string, nobody: string][] = [
    ["samUserName == 'a'", 'true', 'false', 'false'],
    ["'a' != samUserName", 'false', 'true', 'true'],
    ["samUserName in ['b', 'a']", 'true', 'false', 'false'],
    ["samUserName not in ['b', 'a']", 'false', 'true', 'true'],
    ["'a' in [samUserName, api, 'b']", 'true', "'a' in [api]", "'a' in [api]"],
    ["'a' not in [samUserName]", 'false', 'true', 'true'],
    ["samUserName in ['a', api]", 'true', 'samUserName in [api]', 'samUserName in [api]'],
    ["samUserName like 'a*'", 'true', 'false', 'false'],
    ["samUserName not like '*a'", 'false', 'true', 'true'],
    ["samUserName like '**'", 'true', 'true', 'true'],
    ["samUserName like ''", 'false', 'false', 'false'],
    ["(samUserName == 'a') == mfaAuthenticated", 'mfaAuthenticated', 'not mfaAuthenticated', 'not mfaAuthenticated'],
    ["not (samUserName == 'a' and mfaAuthenticated)", 'not mfaAuthenticated', 'true', 'true'],
  ];
  for (const [condition, a, other, nobody] of cases) {
    it(condition, () => {
      expect(named(condition, 'a')).toBe(a);
      expect(named(condition, 'other')).toBe(other);
      expect(named(condition, undefined)).toBe(nobody);
    });
  }

  it('leaves everything else to the call', () => {
    for (const condition of [
      "pathVariable('user_name') == samUserName",
      'samUserName == samUserName',
      "pathVariable('user_name') in ['a', samUserName]",
      "'a' in [api]",
      "api like 'a*'",
      "api == 'a'",
    ]) {
      expect(named(condition, 'a')).toBe(condition);
    }
  });

  it('shows whom a document favours', () => {
    const own = documentFrom(
      { effect: 'allow', api: 'User:*', condition: "pathVariable('user_name') == samUserName" },
      { effect: 'allow', api: 'Sim:*', condition: "samUserName like 'admin*' and mfaAuthenticated" },
      { effect: 'deny', api: 'Sim:*', condition: "samUserName == 'administrator'" },
    );
    const favoured = (name: string) =>
      compareReach([[specialiseNames(own, undefined)]], [specialiseNames(own, name)]) !== 'covered';
    expect(favoured('taro')).toBe(false);
    expect(favoured('admin2')).toBe(true);
    expect(favoured('administrator')).toBe(false);
  });

  it('gives the same on every call of that name', () => {
    fc.assert(
      fc.property(condition, request, ({ text }, call: Request) => {
        const parsed = parseCondition(text);
        if (!parsed.ok || call.samUserName === null) return;
        const [statement] = specialiseNames(withCondition(text), call.samUserName).statements;
        const expression = statement?.condition?.expression ?? parsed.condition.expression;
        expect(compileCondition(expression)(call)).toBe(compileCondition(parsed.condition.expression)(call));
      }),
      { numRuns: 2000 },
    );
  });
});
