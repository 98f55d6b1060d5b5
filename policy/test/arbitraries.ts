import fc from 'fast-check';
import type { Request } from '../src/index.ts';
import {
  every,
  firstInstant,
  inRanges,
  known,
  type ModelCondition,
  type ModelStatement,
  matchesSlowly,
  not,
  some,
  wallClock,
} from './model.ts';
import { CALL } from './support.ts';

/** Random permissions and calls from small pools, so that they meet. */

const NAMES = ['taro', 'hanako', "o'hara", ''];
const APIS = ['User:getUser', 'User:listUsers', 'Sim:getSim', 'Sim:listSims', 'Billing:get', 'x', ''];
const ZONES = [
  'UTC',
  'Asia/Tokyo',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'No/Where',
];
const ADDRESSES = ['10.0.0.7', '10.0.1.7', '::ffff:10.0.0.7', '2001:db8::1', 'fe80::1', 'unknown', null];
const RANGES = [
  '10.0.0.0/24',
  '10.0.0.0/8',
  '10.0.0.7',
  '0.0.0.0/0',
  '2001:db8::/32',
  'fe80::/10',
  '::ffff:10.0.0.0/120',
];
const DAYS = ['2026-03-08', '2026-11-01', '2026-04-05', '2011-12-30', '2026-10-04', '2026-01-31'];
const TIMES = ['00:00:00', '01:30:00', '02:00:00', '02:30:00', '01:44:10', '23:59:59'];
const ORDER = ['<', '<=', '>', '>=', '==', '!='] as const;

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

export const pattern: fc.Arbitrary<string> = fc.oneof(
  pick(['*', 'User:*', 'Sim:*', 'User:get*', '*:list*', 'U*r:*U*r', '**', ...APIS.slice(0, 5)]),
  fc
    .array(pick(['*', 'User', 'Sim', ':', 'get', 'list', 's', 'S']), { minLength: 1, maxLength: 5 })
    .map((p) => p.join('')),
);

const near = fc.record({
  day: pick(DAYS),
  time: pick(TIMES),
  hours: fc.integer({ min: -30, max: 30 }),
  ms: fc.integer({ min: -2000, max: 2000 }),
});

export const request: fc.Arbitrary<Request> = fc
  .record({
    api: pick(APIS),
    httpMethod: pick(['GET', 'PUT']),
    pathVariables: pick<Record<string, string>>([{}, { user_name: 'taro' }, { user_name: 'hanako', sim_id: '1' }]),
    queryParameters: pick<Record<string, string | string[]>>([{}, { q: 'taro' }, { q: ['hanako', 'taro'] }, { q: [] }]),
    at: near,
    timeZone: pick(ZONES),
    sourceIp: pick(ADDRESSES),
    samUserName: pick([...NAMES, null]),
    mfaAuthenticated: fc.boolean(),
    authAgeSeconds: pick([0, 1, 59, 60, 61, null]),
  })
  .map(({ at, ...rest }) => {
    const nowMs = Date.parse(`${at.day}T${at.time}Z`) + at.hours * 3_600_000 + at.ms;
    return { ...CALL, ...rest, nowMs };
  });

function compared(
  a: string | number | undefined,
  op: (typeof ORDER)[number],
  b: string | number | undefined,
): boolean | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (op === '==') return a === b;
  if (op === '!=') return a !== b;
  const [less, equal] = [a < b, a === b];
  return op === '<' ? less : op === '<=' ? less || equal : op === '>' ? !less && !equal : !less;
}

const digits = (text: string): string => text.split(/[-: ]/).join(', ');

const dates = fc.record({ op: pick(ORDER), day: pick(DAYS) }).map(({ op, day }) => ({
  text: `currentDate ${op} date(${digits(day)})`,
  meaning: (r: Request) => known(compared(wallClock(r.timeZone, r.nowMs)?.slice(0, 10), op, day)),
}));

const times = fc.record({ op: pick(ORDER), time: pick(TIMES) }).map(({ op, time }) => ({
  text: `time(${digits(time)}) ${op} currentTime`,
  meaning: (r: Request) => known(compared(time, op, wallClock(r.timeZone, r.nowMs)?.slice(11))),
}));

const instants = fc.record({ op: pick(ORDER), day: pick(DAYS), time: pick(TIMES) }).map(({ op, day, time }) => ({
  text: `currentDateTime ${op} dateTime(${digits(`${day} ${time}`)})`,
  meaning: (r: Request) => known(compared(Math.floor(r.nowMs / 1000), op, firstInstant(r.timeZone, `${day} ${time}`))),
}));

const WEEK = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const weekdays = fc.subarray(WEEK, { minLength: 1 }).map((days) => ({
  text: `currentDayOfWeek in [${days.map((day) => `'${day}'`).join(',')}]`,
  meaning: (r: Request) => {
    const local = wallClock(r.timeZone, r.nowMs);
    return known(
      local === undefined
        ? undefined
        : days.includes(WEEK[new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay()] as string),
    );
  },
}));

interface Text {
  readonly text: string;
  readonly read: (r: Request) => string | undefined;
}

const first = (value: string | readonly string[] | undefined): string | undefined => [value].flat()[0];

const texts: fc.Arbitrary<Text> = fc.oneof(
  pick<Text>([
    { text: 'samUserName', read: (r) => r.samUserName ?? undefined },
    { text: 'api', read: (r) => r.api },
    { text: 'httpMethod', read: (r) => r.httpMethod },
    { text: "pathVariable('user_name')", read: (r) => r.pathVariables['user_name'] },
    { text: "pathVariable('sim_id')", read: (r) => r.pathVariables['sim_id'] },
    { text: "queryParameter( 'q' )", read: (r) => first(r.queryParameters['q']) },
  ]),
  pick(NAMES).map((name) => ({ text: quoted(name), read: () => name })),
);

function quoted(name: string): string {
  return `'${name.split("'").join("''")}'`;
}

const equalities = fc.record({ a: texts, op: pick(['==', '!='] as const), b: texts }).map(({ a, op, b }) => ({
  text: `${a.text}${op}${b.text}`,
  meaning: (r: Request) => known(compared(a.read(r), op, b.read(r))),
}));

const memberships = fc
  .record({ a: texts, negated: fc.boolean(), list: fc.array(texts, { minLength: 1, maxLength: 3 }) })
  .map(({ a, negated, list }) => ({
    text: `${a.text} ${negated ? 'not ' : ''}in [${list.map(({ text }) => text).join(' , ')}]`,
    meaning: (r: Request) => {
      const found = some(list.map((item) => known(compared(a.read(r), '==', item.read(r)))));
      return negated ? not(found) : found;
    },
  }));

const likenesses = fc
  .record({ a: texts, negated: fc.boolean(), like: fc.oneof(pattern, pick(['t*', '*a*o', '', 'taro'])) })
  .map(({ a, negated, like }) => ({
    text: `${a.text} ${negated ? 'not ' : ''}like '${like}'`,
    meaning: (r: Request) => {
      const value = a.read(r);
      const truth = known(value === undefined ? undefined : matchesSlowly(like, value));
      return negated ? not(truth) : truth;
    },
  }));

const ranges = fc.subarray(RANGES, { minLength: 1, maxLength: 2 }).map((list) => ({
  text: `ipAddress(${list.map((range) => `'${range}'`).join(', ')})`,
  meaning: (r: Request) => known(inRanges(list, r.sourceIp)),
}));

const addresses = fc
  .record({ op: pick(['==', '!='] as const), address: pick(['10.0.0.7', '::ffff:a00:7', '2001:DB8:0::1']) })
  .map(({ op, address }) => ({
    text: `sourceIp ${op} '${address}'`,
    meaning: (r: Request) =>
      op === '==' ? known(inRanges([address], r.sourceIp)) : not(known(inRanges([address], r.sourceIp))),
  }));

const ages = fc
  .record({ op: pick(ORDER), age: fc.integer({ min: 58, max: 62 }), swapped: fc.boolean() })
  .map(({ op, age, swapped }) => ({
    text: swapped ? `${age} ${op} authAgeSeconds` : `authAgeSeconds ${op} 0${age}`,
    meaning: (r: Request) => {
      const given = r.authAgeSeconds ?? undefined;
      return known(swapped ? compared(age, op, given) : compared(given, op, age));
    },
  }));

const plain = pick<ModelCondition>([
  { text: 'true', meaning: () => 'true' },
  { text: 'false', meaning: () => 'false' },
  { text: 'mfaAuthenticated', meaning: (r) => known(r.mfaAuthenticated) },
  { text: 'mfaAuthenticated == false', meaning: (r) => known(!r.mfaAuthenticated) },
]);

const leaf: fc.Arbitrary<ModelCondition> = fc.oneof(
  dates,
  times,
  instants,
  weekdays,
  equalities,
  memberships,
  likenesses,
  ranges,
  addresses,
  ages,
  plain,
);

/** Conditions as text and meaning; parentheses everywhere keep the text's structure plain. */
export const condition: fc.Arbitrary<ModelCondition> = fc.letrec<{ node: ModelCondition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts) => ({
      text: parts.map(({ text }) => `(${text})`).join(' and '),
      meaning: (r: Request) => every(parts.map(({ meaning }) => meaning(r))),
    })),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts) => ({
      text: parts.map(({ text }) => `( ${text})`).join('or'),
      meaning: (r: Request) => some(parts.map(({ meaning }) => meaning(r))),
    })),
    tie('node').map((part) => ({ text: `not (${part.text})`, meaning: (r: Request) => not(part.meaning(r)) })),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => ({
      text: `(${a.text}) == (${b.text})`,
      meaning: (r: Request) => {
        const [x, y] = [a.meaning(r), b.meaning(r)];
        return x === 'fails' || y === 'fails' ? 'fails' : known(x === y);
      },
    })),
  ),
})).node;

export const statement: fc.Arbitrary<ModelStatement> = fc.record({
  effect: pick(['allow', 'allow', 'deny'] as const),
  api: fc.array(pattern, { minLength: 1, maxLength: 3 }),
  condition: fc.option(
    condition.filter(({ text }) => text.length < 2000),
    { freq: 2 },
  ),
});

/** The JSON text of statements; a single pattern is now and then written without a list. */
export function textOf(statements: readonly ModelStatement[]): string {
  return JSON.stringify({
    statements: statements.map(({ effect, api, condition }, i) => ({
      effect,
      api: api.length === 1 && i % 2 === 0 ? api[0] : api,
      ...(condition === null ? {} : { condition: condition.text }),
    })),
  });
}
