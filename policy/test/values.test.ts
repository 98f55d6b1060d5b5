import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, addressKey, parseAddress, parseNetwork } from '../src/address.ts';
import { dayName, dayNumber } from '../src/calendar.ts';
import { compile, type Request } from '../src/index.ts';
import { isInNetworks, networkSet, networksDisjoint, networksWithin } from '../src/networks.ts';
import { glob, matches, matchesPattern, overlaps } from '../src/pattern.ts';
import { instantOf, localSeconds } from '../src/zone.ts';
import { pattern } from './arbitraries.ts';
import { firstInstant, matchesSlowly, wallClock } from './model.ts';
import { CALL, documentFrom, outcomeOf, source } from './support.ts';

describe('addresses', () => {
  const same = (a: string, b: string): boolean => {
    const [x, y] = [parseAddress(a), parseAddress(b)];
    return x !== undefined && y !== undefined && addressKey(x) === addressKey(y);
  };

  it('are equal in all their spellings', () => {
    expect(same('::1', '0:0:0:0:0:0:0:1')).toBe(true);
    expect(same('2001:DB8::', '2001:db8:0:0::0')).toBe(true);
    expect(same('::ffff:1.2.3.4', '1.2.3.4')).toBe(true);
    expect(same('::ffff:102:304', '1.2.3.4')).toBe(true);
    expect(same('64:ff9b::1.2.3.4', '64:ff9b::102:304')).toBe(true);
    expect(same('::', '::1')).toBe(false);
    expect(same('255.255.255.255', '::ffff:ffff:ffff')).toBe(true);
  });

  const bad = [
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.04',
    '1..2.3',
    '1.2.3.',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.x',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    '::ffff:01.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '0'.repeat(50),
  ];
  for (const text of bad) it(`'${text}' is none`, () => expect(parseAddress(text)).toBeUndefined());

  for (const text of [
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1.2.3.4/-1',
    '1.2.3.4/1/1',
    '::/129',
    '::ffff:1.2.3.4/129',
    '::/1000',
    'x/8',
    '/8',
  ]) {
    it(`'${text}' is no range`, () => expect(parseNetwork(text)).toBeUndefined());
  }

  it('are in the ranges that Node finds them in', () => {
    const v4 = fc.ipV4();
    const v6 = fc.ipV6();
    const cases = fc.oneof(
      fc.record({ family: fc.constant('ipv4' as const), a: v4, b: v4, bits: fc.nat(32) }),
      fc.record({ family: fc.constant('ipv6' as const), a: v6, b: v6, bits: fc.nat(128) }),
      fc.record({ family: fc.constant('ipv4' as const), a: v4, bits: fc.nat(32) }).map((c) => ({ ...c, b: c.a })),
    );
    fc.assert(
      fc.property(cases, ({ family, a, b, bits }) => {
        const address = parseAddress(b);
        if (address === undefined) throw new Error(b);
        if (family === 'ipv6' && address.family === 4) return;
        const list = new BlockList();
        list.addSubnet(a, bits, family);
        expect(isInNetworks(networkSet([`${a}/${bits}`]), address)).toBe(list.check(b, family));
      }),
      { numRuns: 3000 },
    );
  });

  it('are compared as sets, as their addresses show', () => {
    const addresses = Array.from({ length: 16 }, (_, i) => [
      `10.255.0.${i}`,
      `ffff:8000::ffff:${i.toString(16)}`,
    ]).flat();
    const network = fc
      .record({ address: fc.constantFrom(...addresses), free: fc.nat(4) })
      .map(({ address, free }) => `${address}/${(address.includes(':') ? 128 : 32) - free}`);
    const sets = fc.array(network, { maxLength: 6 });
    const holding = (texts: readonly string[]): string[] =>
      addresses.filter((a) => texts.some((text) => isInNetworks(networkSet([text]), parseAddress(a) as Address)));
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const [x, y] = [networkSet(a), networkSet(b)];
        const [inX, inY] = [holding(a), holding(b)];
        expect(addresses.filter((text) => isInNetworks(x, parseAddress(text) as Address))).toEqual(inX);
        const within = inX.every((text) => inY.includes(text));
        // Ranges that only touch are not joined, so a "no" may be wrong.
        if (networksWithin(x, y)) expect(within).toBe(true);
        if (b.some((one) => holding([one]).length >= inX.length && inX.every((text) => holding([one]).includes(text))))
          expect(networksWithin(x, y)).toBe(true);
        expect(networksDisjoint(x, y)).toBe(!inX.some((text) => inY.includes(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('of IPv4 are never in ranges of IPv6, except in mapped ones', () => {
    const inside = (range: string, address: string): boolean => {
      const read = parseAddress(address);
      return read !== undefined && isInNetworks(networkSet([range]), read);
    };
    expect(inside('::/0', '1.2.3.4')).toBe(false);
    expect(inside('::ffff:0:0/90', '1.2.3.4')).toBe(false);
    expect(inside('::ffff:0:0/96', '1.2.3.4')).toBe(true);
    expect(inside('::ffff:1.2.0.0/112', '1.2.3.4')).toBe(true);
    expect(inside('::ffff:1.2.0.0/112', '1.3.3.4')).toBe(false);
    expect(inside('0.0.0.0/0', '::1')).toBe(false);
  });
});

describe('patterns', () => {
  const name = fc
    .array(fc.constantFrom('a', 'b', 'User', ':', 'get', '*', 'aa'), { maxLength: 8 })
    .map((p) => p.join(''));
  const stars = fc.array(fc.constantFrom('a', 'b', '*', 'ab', 'aab', '**'), { maxLength: 6 }).map((p) => p.join(''));
  const patterns = fc.oneof(pattern, stars);

  it('match as trying everything does', () => {
    fc.assert(
      fc.property(patterns, fc.oneof(name, stars), (p, text) => {
        const slow = matchesSlowly(p, text);
        expect(matches(glob(p), text)).toBe(slow);
        expect(matchesPattern(p, text)).toBe(slow);
      }),
      { numRuns: 5000 },
    );
  });

  it('find parts that begin again inside themselves', () => {
    const part = fc.array(fc.constantFrom('a', 'b'), { minLength: 3, maxLength: 9 }).map((p) => p.join(''));
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 40 }).map((p) => p.join(''));
    fc.assert(
      fc.property(part, text, text, (p, before, after) => {
        for (const whole of [before + after, before + p + after]) {
          expect(matches(glob(`*${p}*`), whole)).toBe(whole.includes(p));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('include and overlap as names show', () => {
    const names = fc.array(name, { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(patterns, patterns, names, (a, b, list) => {
        // Each pattern's own text, with something for its stars, is the likeliest witness.
        const tried = [...list, ...['', 'a', 'Z'].flatMap((s) => [a.replaceAll('*', s), b.replaceAll('*', s)])];
        for (const text of tried) {
          const [inA, inB] = [matchesPattern(a, text), matchesPattern(b, text)];
          if (matchesPattern(a, b) && inB) expect(inA).toBe(true);
          if (inA && inB) expect(overlaps(a, b)).toBe(true);
        }
        // What a star stands for may be anything, so a text that nobody writes decides inclusion exactly.
        expect(matchesPattern(a, b)).toBe(
          matchesSlowly(a, b.replaceAll('*', '\u0001')) && (!b.includes('*') || a.includes('*')),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('overlap exactly', () => {
    expect(overlaps('a*', 'ab*c')).toBe(true);
    expect(overlaps('a*', 'b*')).toBe(false);
    expect(overlaps('*a', '*b')).toBe(false);
    expect(overlaps('*ab', 'x*b')).toBe(true);
    expect(overlaps('a', 'a')).toBe(true);
    expect(overlaps('ab', 'a*')).toBe(true);
    expect(overlaps('a*', 'ba')).toBe(false);
  });
});

describe('time', () => {
  it('counts days as Date does', () => {
    for (const [y, m, d] of [
      [1, 1, 1],
      [99, 12, 31],
      [1900, 2, 28],
      [1970, 1, 1],
      [2000, 2, 29],
      [9999, 12, 31],
    ] as const) {
      const iso = `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}T00:00:00Z`;
      expect(dayNumber(y, m, d)).toBe(Date.parse(iso) / 86_400_000);
    }
    expect(dayNumber(1900, 2, 29)).toBeUndefined();
    expect(dayNumber(10_000, 1, 1)).toBeUndefined();
    expect(dayNumber(2026, 1, 0)).toBeUndefined();
  });

  it('names days', () => {
    expect(dayName(0)).toBe('THU');
    expect(dayName(-1)).toBe('WED');
    expect(dayName(-5)).toBe('SAT');
  });

  const zones = [
    'UTC',
    'Asia/Tokyo',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Pacific/Apia',
  ];

  it('reads wall clocks as Intl writes them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 1.2e9, max: 1.9e9 }), (zone, instant) => {
        const local = localSeconds(zone, instant) as number;
        expect(new Date(local * 1000).toISOString().slice(0, 19).replace('T', ' ')).toBe(
          wallClock(zone, instant * 1000),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('finds the first instant of a wall clock time, skipped and repeated ones too', () => {
    const cases = [
      '2026-03-08 02:30:00',
      '2026-03-08 03:00:00',
      '2026-11-01 01:30:00',
      '2026-11-01 02:00:00',
      '2011-12-30 12:00:00',
      '2026-04-05 01:45:00',
      '2026-10-04 02:15:30',
      '2026-06-01 12:00:00',
    ];
    for (const zone of zones) {
      for (const local of cases)
        expect(instantOf(zone, Date.parse(`${local.replace(' ', 'T')}Z`) / 1000)).toBe(firstInstant(zone, local));
    }
  });

  it('takes zones far from now as UTC, and unknown ones as failures', () => {
    expect(instantOf('Asia/Tokyo', 0)).toBe(0);
    expect(instantOf('Asia/Tokyo', 253_402_300_799)).toBe(253_402_300_799);
    expect(instantOf('No/Where', 1e9)).toBeUndefined();
    expect(localSeconds('No/Where', 1e9)).toBeUndefined();
    for (const bad of [Number.NaN, -1, 1e13, Number.POSITIVE_INFINITY])
      expect(localSeconds('UTC', bad)).toBeUndefined();
  });

  it('keeps a bounded number of zones', () => {
    for (let i = 0; i < 600; i++) expect(localSeconds(`No/Where${i}`, 1e9)).toBeUndefined();
    expect(localSeconds('Asia/Tokyo', 1e9)).toBe(1e9 + 9 * 3600);
  });

  it('fails without a usable clock', () => {
    for (const condition of [
      'currentDate > date(2000,1,1)',
      'currentTime > time(0,0)',
      'currentDateTime > dateTime(2000,1,1,0,0)',
      "currentDayOfWeek != 'MON'",
    ]) {
      expect(outcomeOf(condition, { nowMs: Number.NaN })).toBe('fails');
      expect(outcomeOf(condition, { timeZone: 'No/Where' })).toBe('fails');
    }
    expect(outcomeOf('currentTime > time(12,0)', { nowMs: 0, timeZone: 'America/New_York' })).toBe('true');
  });
});

describe('R59: values of a call that are missing or no such values', () => {
  const unusable = (call: object): Partial<Request> => call as Partial<Request>;
  it('fail', () => {
    expect(outcomeOf('mfaAuthenticated', unusable({ mfaAuthenticated: undefined }))).toBe('fails');
    expect(outcomeOf('authAgeSeconds < 10', { authAgeSeconds: null })).toBe('fails');
    expect(outcomeOf('authAgeSeconds < 10', { authAgeSeconds: Number.NaN })).toBe('fails');
    expect(outcomeOf('authAgeSeconds < 10', { authAgeSeconds: 1.5 })).toBe('fails');
    expect(outcomeOf("samUserName != 'x'", { samUserName: null })).toBe('fails');
    expect(outcomeOf("queryParameter('x') != 'x'", { queryParameters: { x: [] } })).toBe('fails');
    expect(outcomeOf("sourceIp != '10.0.0.1'", { sourceIp: null })).toBe('fails');
    expect(outcomeOf("sourceIp != '10.0.0.1'", { sourceIp: '2001:db8::1' })).toBe('true');
    expect(outcomeOf("pathVariable('x') != 'x'", unusable({ pathVariables: { x: 1 } }))).toBe('fails');
  });
});

describe('plans', () => {
  it('stay right when more operations are met than are kept', () => {
    const decider = compile([source(documentFrom({ effect: 'allow', api: 'T:1*' }))]);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 1500; i++) {
        expect(decider.decide({ ...CALL, api: `T:${i}` })).toBe(String(i).startsWith('1') ? 'allow' : 'deny');
      }
    }
  });
});
