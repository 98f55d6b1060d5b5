import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, covers } from '../src/index.ts';
import { condition, pattern, request, statement, textOf } from './arbitraries.ts';
import type { ModelStatement } from './model.ts';
import { CALL, documentFrom, documentOf, source } from './support.ts';

const allow = (api: string | string[], condition?: string): object => ({
  effect: 'allow',
  api,
  ...(condition === undefined ? {} : { condition }),
});
const deny = (api: string | string[], condition?: string): object => ({ ...allow(api, condition), effect: 'deny' });

function covered(a: readonly object[], b: readonly object[]): boolean {
  return covers([documentFrom(...a)], [documentFrom(...b)]);
}

const DATE = 'currentDate >= date(2026, 01, 01)';
const OWN = "pathVariable('user_name') == samUserName";

const yes: readonly [what: string, a: readonly object[], b: readonly object[]][] = [
  ['nothing by nothing', [], []],
  ['nothing but denies', [], [deny('*')]],
  ['anything by everything', [allow('*')], [allow('User:getUser'), allow('A:*', DATE)]],
  ['a prefix by its tag', [allow('User:*')], [allow(['User:get*', 'User:listUsers'])]],
  ['stars in the middle', [allow('*:get*')], [allow('User:get*User')]],
  ['the same condition', [allow('*', OWN)], [allow('User:x', OWN)]],
  [
    'the same written otherwise',
    [allow('*', OWN)],
    [allow('*', "samUserName=='x' and (samUserName == pathVariable('user_name'))")],
  ],
  [
    'conjuncts in another order',
    [allow('*', `${DATE} and ${OWN}`)],
    [allow('*', `${OWN} and mfaAuthenticated and ${DATE}`)],
  ],
  [
    'fewer alternatives',
    [allow('*', `${DATE} or ${OWN} or mfaAuthenticated`)],
    [allow('*', `mfaAuthenticated or ${DATE}`)],
  ],
  ['alternatives in two statements', [allow('*', DATE), allow('*', OWN)], [allow('*', `${DATE} or ${OWN}`)]],
  ['a later date', [allow('*', DATE)], [allow('*', 'currentDate > date(2026, 02, 01)')]],
  ['the same range, mirrored', [allow('*', 'date(2026, 01, 01) <= currentDate')], [allow('*', DATE)]],
  ['after yesterday is from today', [allow('*', 'currentDate > date(2025, 12, 31)')], [allow('*', DATE)]],
  ['one day of a range', [allow('*', DATE)], [allow('*', 'currentDate == date(2026, 01, 01)')]],
  ['another range is not that day', [allow('*', 'currentDate != date(2025, 01, 01)')], [allow('*', DATE)]],
  ['earlier hours', [allow('*', 'currentTime < time(18, 00)')], [allow('*', 'not currentTime >= time(17, 00)')]],
  ['a smaller number', [allow('*', 'authAgeSeconds <= 300')], [allow('*', 'not (authAgeSeconds > 60)')]],
  ['a smaller network', [allow('*', "ipAddress('10.0.0.0/8')")], [allow('*', "ipAddress('10.1.0.0/16', '10.2.0.1')")]],
  [
    'an address of a network',
    [allow('*', "ipAddress('10.0.0.0/8')")],
    [allow('*', "sourceIp == '10.9.9.9' or '::ffff:10.1.1.1' == sourceIp")],
  ],
  ['addresses in a list', [allow('*', "sourceIp in ['10.0.0.1', '10.0.0.2']")], [allow('*', "sourceIp == '10.0.0.2'")]],
  [
    'outside a larger network',
    [allow('*', "not ipAddress('10.1.0.0/16')")],
    [allow('*', "not ipAddress('10.0.0.0/8')")],
  ],
  ['another network', [allow('*', "not ipAddress('10.1.0.0/16')")], [allow('*', "ipAddress('10.2.0.0/16')")]],
  ['an item of a list', [allow('*', "samUserName in ['a', 'b']")], [allow('*', "samUserName == 'b'")]],
  ['a shorter list', [allow('*', "samUserName in ['a', 'b', 'c']")], [allow('*', "samUserName in ['c', 'a']")]],
  ['not in a longer list', [allow('*', "samUserName not in ['a']")], [allow('*', "samUserName not in ['a', 'b']")]],
  ['not equal to another', [allow('*', "samUserName != 'a'")], [allow('*', "'b' == samUserName")]],
  ['a list of variables', [allow('*', `samUserName in ['a', pathVariable('user_name')]`)], [allow('*', OWN)]],
  [
    'not in a list of variables',
    [allow('*', `samUserName not in [pathVariable('user_name')]`)],
    [allow('*', `not (${OWN})`)],
  ],
  ['a narrower like', [allow('*', "requestPath like '/v1/*'")], [allow('*', "requestPath like '/v1/users/*'")]],
  ['a like of one text', [allow('*', "requestPath like '/v1/*'")], [allow('*', "requestPath == '/v1/x'")]],
  ['not like', [allow('*', "requestPath not like '/v1/a*'")], [allow('*', "not requestPath like '/v1/*'")]],
  ['like something else', [allow('*', "requestPath not like '/v1/*'")], [allow('*', "requestPath like '/v2/*'")]],
  ['like, so not that text', [allow('*', "requestPath != '/v1'")], [allow('*', "requestPath like '/v2/*'")]],
  ['a yes-or-no value', [allow('*', 'mfaAuthenticated')], [allow('*', 'mfaAuthenticated == true')]],
  ['its opposite', [allow('*', 'not mfaAuthenticated')], [allow('*', 'false == mfaAuthenticated')]],
  ['not true is false', [allow('*', 'mfaAuthenticated != true')], [allow('*', 'mfaAuthenticated in [false]')]],
  ['constants', [allow('*', '1 < 2')], [allow('*', "'a' like 'a*' and true")]],
  ['what is never allowed', [], [allow('*', 'false'), allow('User:x', "'a' like 'b'")]],
  ['what is denied beside', [allow('User:*')], [allow('*'), deny('*')]],
  [
    'two variables in order',
    [allow('*', 'authAgeSeconds < secondsSinceMfaReset')],
    [allow('*', 'secondsSinceMfaReset > authAgeSeconds')],
  ],
  [
    'two variables, not in order',
    [allow('*', 'authAgeSeconds >= secondsSinceMfaReset')],
    [allow('*', 'not (authAgeSeconds < secondsSinceMfaReset)')],
  ],
  [
    'two variables, at most',
    [allow('*', 'authAgeSeconds <= secondsSinceMfaReset')],
    [allow('*', 'secondsSinceMfaReset >= authAgeSeconds')],
  ],
  [
    'two conditions compared',
    [allow('*', "(mfaAuthenticated or true) == ipAddress('10.0.0.0/8')")],
    [allow('*', "ipAddress('10.0.0.0/8') == (mfaAuthenticated or true)")],
  ],
  [
    'the same instant',
    [allow('*', 'currentDateTime > dateTime(2026,1,1,0,0)')],
    [allow('*', 'currentDateTime > dateTime(2026, 01, 01, 00, 00)')],
  ],
  ['a deny elsewhere', [allow('*'), deny('Billing:*')], [allow('User:*')]],
  ['the same deny', [allow('*'), deny('Billing:*')], [allow('*'), deny('Billing:*')]],
  ['a wider deny', [allow('*'), deny('Billing:get*')], [allow('*'), deny('Billing:*')]],
  ['the same deny under the same condition', [allow('*'), deny('User:*', OWN)], [allow('*'), deny('User:*', OWN)]],
  ['a deny on more occasions', [allow('*'), deny('User:*', OWN)], [allow('*'), deny('User:*', `${OWN} or ${DATE}`)]],
  [
    'a deny that the condition rules out',
    [allow('*'), deny('User:*', 'not mfaAuthenticated')],
    [allow('User:*', 'mfaAuthenticated')],
  ],
  ['a deny over the whole pattern', [allow('*', `not (${OWN})`)], [allow('User:*'), deny('*', OWN)]],
];

const no: typeof yes = [
  ['something by nothing', [], [allow('x')]],
  ['a tag by a prefix', [allow('User:get*')], [allow('User:*')]],
  ['everything by a tag', [allow('User:*')], [allow('*')]],
  ['no condition by a condition', [allow('*', OWN)], [allow('User:x')]],
  ['another condition', [allow('*', OWN)], [allow('*', DATE)]],
  ['fewer conjuncts', [allow('*', `${OWN} and ${DATE}`)], [allow('*', OWN)]],
  ['more alternatives', [allow('*', DATE)], [allow('*', `${OWN} or ${DATE}`)]],
  ['an earlier date', [allow('*', DATE)], [allow('*', 'currentDate >= date(2025, 12, 31)')]],
  ['all but a date', [allow('*', DATE)], [allow('*', 'currentDate != date(2025, 12, 31)')]],
  ['a larger network', [allow('*', "ipAddress('10.1.0.0/16')")], [allow('*', "ipAddress('10.0.0.0/8')")]],
  [
    'a larger network with the same beginning',
    [allow('*', "ipAddress('10.0.0.0/16')")],
    [allow('*', "ipAddress('10.0.0.0/8')")],
  ],
  ['IPv4 by all of IPv6', [allow('*', "ipAddress('::/0')")], [allow('*', "ipAddress('10.0.0.0/8')")]],
  ['outside by inside', [allow('*', "ipAddress('10.0.0.0/8')")], [allow('*', "not ipAddress('11.0.0.0/8')")]],
  [
    'a network that contains the excluded one',
    [allow('*', "not ipAddress('10.1.0.0/16')")],
    [allow('*', "ipAddress('10.0.0.0/8')")],
  ],
  ['a like by a value', [allow('*', "requestPath == '/v1/a'")], [allow('*', "requestPath like '/v1/*'")]],
  ['a like that may be that text', [allow('*', "requestPath != '/v1/a'")], [allow('*', "requestPath like '/v1/*'")]],
  ['a like by a list', [allow('*', "requestPath not in ['/v1/a']")], [allow('*', "requestPath not in ['/v1/b']")]],
  ['a range by a list', [allow('*', 'authAgeSeconds in [1, 2]')], [allow('*', 'authAgeSeconds < 3')]],
  ['overlapping ranges', [allow('*', 'not (authAgeSeconds in [2])')], [allow('*', 'authAgeSeconds <= 2')]],
  ['not true of what may fail', [allow('*', `not (${OWN})`)], [allow('*', 'mfaAuthenticated')]],
  ['the opposite', [allow('*', OWN)], [allow('*', `not (${OWN})`)]],
  ['the opposite, the other way', [allow('*', `not (${OWN})`)], [allow('*', OWN)]],
  ['a deny in between', [allow('*'), deny('User:getUser')], [allow('User:*')]],
  ['a deny that only sometimes applies', [allow('*'), deny('*', OWN)], [allow('User:*')]],
  ['a deny on fewer occasions', [allow('*'), deny('User:*', `${OWN} or ${DATE}`)], [allow('*'), deny('User:*', OWN)]],
  ['a narrower deny', [allow('*'), deny('Billing:*')], [allow('*'), deny('Billing:get*')]],
  [
    'a deny that fails where the condition does not look',
    [allow('*'), deny('*', `not (${OWN})`)],
    [allow('*', 'mfaAuthenticated')],
  ],
  [
    'the same words, grouped otherwise',
    [allow('*', "(mfaAuthenticated or (samUserName == 'a')) == ipAddress('::/0')")],
    [allow('*', "(mfaAuthenticated or samUserName == 'a') == (ipAddress('::/0') == true)")],
  ],
  [
    'equalities grouped otherwise',
    [allow('*', `((${OWN}) == mfaAuthenticated) == ipAddress('::/0')`)],
    [allow('*', `(${OWN}) == (mfaAuthenticated == ipAddress('10.0.0.0/8'))`)],
  ],
  [
    'another instant',
    [allow('*', 'currentDateTime > dateTime(2026,1,1,0,0)')],
    [allow('*', 'currentDateTime > dateTime(2026,1,2,0,0)')],
  ],
];

/** Every way to write a bound; what each allows is seen from the ages around it. */
const BOUNDS = ['<', '<=', '>', '>=', '==', '!='].flatMap((op) => [
  `authAgeSeconds ${op} 5`,
  `not (authAgeSeconds ${op} 5)`,
  `5 ${op} authAgeSeconds`,
]);

describe('covers of bounds', () => {
  const agesOf = (condition: string): string => {
    const allowed = compile([source(documentFrom(allow('*', condition)))]);
    return [3, 4, 5, 6, 7].filter((age) => allowed.decide({ ...CALL, authAgeSeconds: age }) === 'allow').join('');
  };
  for (const a of BOUNDS) {
    it(`by ${a}`, () => {
      for (const b of BOUNDS) {
        const inside = [...agesOf(b)].every((age) => agesOf(a).includes(age));
        expect(covered([allow('*', a)], [allow('*', b)]), b).toBe(inside);
      }
    });
  }
});

describe('covers', () => {
  for (const [what, a, b] of yes) it(`yes: ${what}`, () => expect(covered(a, b)).toBe(true));
  for (const [what, a, b] of no) it(`no: ${what}`, () => expect(covered(a, b)).toBe(false));

  it('sums the documents of each side', () => {
    const [own, role] = [documentFrom(allow('User:*')), documentFrom(allow('Sim:*'))];
    expect(covers([own, role], [documentFrom(allow(['User:x', 'Sim:y']))])).toBe(true);
    expect(covers([own], [own, role])).toBe(false);
    expect(covers([own, documentFrom(deny('User:x'))], [own])).toBe(false);
  });

  it('gives up on alternatives nested too deep to try in all orders', () => {
    let [a, b] = ["samUserName == 'a'", "samUserName == 'b'"];
    for (let i = 0; i < 15; i++) {
      a = `(${a} and api == '${i}') or api == 'a${i}'`;
      b = `(${b} or api == 'b${i}') and api != 'c${i}'`;
    }
    // All orders of them would take longer than the whole run may.
    expect(covered([allow('*', a)], [allow('*', b)])).toBe(false);
  });
});

const sets = fc.array(statement, { minLength: 1, maxLength: 3 });
const calls = fc.array(request, { minLength: 100, maxLength: 100 });

/** Mostly narrower than `set`: patterns replaced, conjuncts added, alternatives taken away, denies added. */
const pairs = fc.oneof(
  fc.tuple(sets, sets),
  fc
    .tuple(
      sets,
      fc.array(fc.tuple(fc.nat(), fc.boolean(), condition, fc.option(pattern)), { minLength: 1, maxLength: 3 }),
    )
    .map(([set, changes]): [ModelStatement[], ModelStatement[]] => [
      set,
      set.map((s, i) => narrowed(s, changes[i % changes.length])),
    ]),
);

function narrowed(
  s: ModelStatement,
  change: readonly [number, boolean, ModelStatement['condition'] & object, string | null] | undefined,
): ModelStatement {
  if (change === undefined) return s;
  const [which, add, more, pattern] = change;
  const api = pattern === null ? [s.api[which % s.api.length] as string] : [...s.api, pattern].slice(1);
  if (!add) return { ...s, api };
  if (s.condition === null) return { ...s, api, condition: more };
  const text = `(${more.text}) and (${s.condition.text})`;
  return { ...s, api, condition: text.length < 2000 ? { text, meaning: more.meaning } : s.condition };
}

describe('covers, at random', () => {
  it('never says yes where a call shows otherwise', () => {
    let said = 0;
    fc.assert(
      fc.property(pairs, calls, ([wide, narrow], requests) => {
        const [a, b] = [documentOf(textOf(wide)), documentOf(textOf(narrow))];
        if (!covers([a], [b])) return;
        said++;
        const [outer, inner] = [compile([source(a)]), compile([source(b)])];
        for (const call of requests) if (inner.decide(call) === 'allow') expect(outer.decide(call)).toBe('allow');
      }),
      { numRuns: 5000 },
    );
    // A test that never hears a yes proves nothing.
    expect(said).toBeGreaterThan(500);
  });

  it('says yes of a set and itself, and of less allowed or more denied', () => {
    fc.assert(
      fc.property(sets, statement, (set, more) => {
        const [d, denying] = [documentOf(textOf(set)), documentOf(textOf([{ ...more, effect: 'deny' }]))];
        expect(covers([d], [d])).toBe(true);
        expect(covers([d], [d, denying])).toBe(true);
        expect(covers([d, documentOf(textOf([{ ...more, effect: 'allow' }]))], [d])).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
