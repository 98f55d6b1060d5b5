import { describe, expect, it } from 'vitest';
import { compileCondition, parseCondition } from '../src/index.ts';
import { CALL, codesOf, outcomeOf, withCondition } from './support.ts';

const cases: readonly [condition: string, outcome: 'true' | 'false' | 'fails'][] = [
  ['currentDate >= date(2023, 02, 01)', 'true'],
  ['currentDate == date(2026,11,19)', 'true'],
  ['date(2026,11,19) == currentDate', 'true'],
  ['date(2026,11,20) > currentDate', 'true'],
  ['currentDate > date(2026,11,19)', 'false'],
  ['currentDate < date(2026,11,19)', 'false'],
  ['currentDate <= date(2026,11,19)', 'true'],
  ['currentDate != date(2026,11,19)', 'false'],
  ['currentTime == time(1,30,15)', 'true'],
  ['currentTime >= time(01, 30) and currentTime < time(01, 31)', 'true'],
  ['currentDateTime == dateTime(2026,11,19,1,30,15)', 'true'],
  ['currentDateTime < dateTime(2026,11,19,1,30)', 'false'],
  ["currentDayOfWeek in ['MON','THU']", 'true'],
  ["currentDayOfWeek not in ['MON','THU']", 'false'],
  ["ipAddress('192.0.2.0/24')", 'true'],
  ["ipAddress('10.0.0.0/8', '2001:db8::/32')", 'false'],
  ["sourceIp == '192.0.2.10'", 'true'],
  ["'::ffff:192.0.2.10' == sourceIp", 'true'],
  ["sourceIp in ['10.0.0.1', '192.0.2.10']", 'true'],
  ["pathVariable('user_name') == samUserName", 'true'],
  ["pathVariable('sim_id') == samUserName", 'fails'],
  ["pathVariable('constructor') == samUserName", 'fails'],
  ["queryParameter('limit') == '10'", 'true'],
  ["queryParameter('tag') == 'a'", 'true'],
  ["queryParameter('none') != 'a'", 'fails'],
  ["requestPath like '/v1/*/users/*'", 'true'],
  ["requestPath not like '*/users/*'", 'false'],
  ["httpMethod == 'GET' or queryParameter('none') == 'x'", 'true'],
  ["queryParameter('none') == 'x' or httpMethod == 'GET'", 'true'],
  ["httpMethod == 'PUT' or queryParameter('none') == 'x'", 'fails'],
  ["httpMethod == 'PUT' and queryParameter('none') == 'x'", 'false'],
  ["queryParameter('none') == 'x' and httpMethod == 'PUT'", 'false'],
  ["queryParameter('none') == 'x' and httpMethod == 'GET'", 'fails'],
  ["not queryParameter('none') == 'x'", 'fails'],
  // Texts are composed, however they were typed.
  ["'caf\u00e9' == 'cafe\u0301'", 'true'],
  ['mfaAuthenticated', 'true'],
  ['not mfaAuthenticated', 'false'],
  ['mfaAuthenticated == false', 'false'],
  ['(mfaAuthenticated and authAgeSeconds < 300) == true', 'true'],
  ["(queryParameter('none') == 'x') == true", 'fails'],
  ["ipAddress('192.0.2.0/24') == mfaAuthenticated", 'true'],
  ['secondsSinceMfaReset > 86400', 'true'],
  ["authMethod == 'password+totp'", 'true'],
  ["operatorId == 'OP0000000001' and api == 'X:x'", 'true'],
  ["samUserName == 'it''s'", 'false'],
  ['true', 'true'],
  ['not true or false', 'false'],
  ['1 == 01', 'true'],
  ["samUserName in [pathVariable('user_name'), pathVariable('none')]", 'true'],
  ["samUserName in ['x', pathVariable('none')]", 'fails'],
  ["pathVariable('none') not in ['x']", 'fails'],
  ["pathVariable('none') like '*'", 'fails'],
];

describe('conditions', () => {
  for (const [condition, outcome] of cases)
    it(`${condition} is ${outcome}`, () => expect(outcomeOf(condition)).toBe(outcome));
});

describe('a condition alone', () => {
  it('is evaluated as in a statement', () => {
    for (const [condition, outcome] of cases) {
      const result = parseCondition(condition);
      if (!result.ok) throw new Error(condition);
      expect(compileCondition(result.condition.expression)({ ...CALL, api: 'X:x' }), condition).toBe(outcome);
    }
  });
});

describe('an unknown name', () => {
  const places = [
    "nosuch == 'a'",
    "'a' == nosuch",
    "nosuch in ['a']",
    "samUserName in [nosuch, 'a']",
    "nosuch like 'a'",
    'not nosuch',
    'true and nosuch',
  ];
  for (const condition of places) {
    it(`is one problem in ${condition}`, () =>
      expect(codesOf(withCondition(condition))).toEqual(['COND_UNKNOWN_VARIABLE']));
  }
});
