import { compile, type PermissionDocument, parse, type Request } from '@warifu/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widensNothing } from '../src/authorize/escalation.ts';

// A small operator: an attacker, two other users, two roles and the defaults. The rules below are those of the server
// (`changeWithinOwnReach`, `assertMayActAs`); sam-users.test.ts sees the same attempts refused over HTTP.
const users = ['mallory', 'bob', 'eve'] as const;
type User = (typeof users)[number];
type State = {
  readonly own: Record<User, string>;
  readonly attached: Record<User, readonly number[]>;
  readonly roles: readonly string[];
  readonly defaults: string;
};
type Step =
  | { readonly kind: 'permission'; readonly user: User; readonly text: string }
  | { readonly kind: 'role'; readonly role: number; readonly text: string }
  | { readonly kind: 'attach' | 'detach'; readonly user: User; readonly role: number }
  | { readonly kind: 'defaults'; readonly text: string }
  | { readonly kind: 'act as'; readonly user: User };

const operations = ['User:a', 'User:b', 'Role:a', 'Sim:a'];
const conditions = [
  undefined,
  'mfaAuthenticated',
  "ipAddress('10.0.0.0/8')",
  'mfaAuthenticated and authAgeSeconds < 60',
];

const statement = fc.record({
  effect: fc.constantFrom('allow', 'allow', 'deny'),
  api: fc.constantFrom('*', 'User:*', 'User:a', 'Role:*', '*:a', 'Sim:a'),
  condition: fc.constantFrom(...conditions),
});
const text = fc
  .array(statement, { minLength: 0, maxLength: 3 })
  .map((statements) => (statements.length === 0 ? '' : JSON.stringify({ statements })));
const user = fc.constantFrom(...users);
const role = fc.constantFrom(0, 1);
const state: fc.Arbitrary<State> = fc.record({
  own: fc.record({ mallory: text, bob: text, eve: text }),
  attached: fc.record({ mallory: fc.subarray([0, 1]), bob: fc.subarray([0, 1]), eve: fc.subarray([0, 1]) }),
  roles: fc.tuple(text, text),
  defaults: text,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('permission' as const), user, text }),
  fc.record({ kind: fc.constant('role' as const), role, text }),
  fc.record({ kind: fc.constantFrom('attach' as const, 'detach' as const), user, role }),
  fc.record({ kind: fc.constant('defaults' as const), text }),
  fc.record({ kind: fc.constant('act as' as const), user }),
);

const parsed = new Map<string, PermissionDocument[]>();

function documents(source: string): PermissionDocument[] {
  if (source === '') return [];
  const known = parsed.get(source);
  if (known) return known;
  const result = parse(source);
  const list = result.ok ? [result.document] : [];
  parsed.set(source, list);
  return list;
}

function documentsOf(s: State, name: User): PermissionDocument[] {
  return [s.own[name], ...s.attached[name].map((i) => s.roles[i] ?? ''), s.defaults].flatMap(documents);
}

function apply(s: State, change: Step): State {
  switch (change.kind) {
    case 'permission':
      return { ...s, own: { ...s.own, [change.user]: change.text } };
    case 'role':
      return { ...s, roles: s.roles.map((old, i) => (i === change.role ? change.text : old)) };
    case 'attach':
      return {
        ...s,
        attached: { ...s.attached, [change.user]: [...new Set([...s.attached[change.user], change.role])] },
      };
    case 'detach':
      return {
        ...s,
        attached: { ...s.attached, [change.user]: s.attached[change.user].filter((i) => i !== change.role) },
      };
    case 'defaults':
      return { ...s, defaults: change.text };
    default:
      return s;
  }
}

/** One request of the attacker; what the guard refuses leaves the state as it was. */
function attempt(s: State, change: Step, actable: Set<User>): State {
  const own = documentsOf(s, 'mallory');
  if (change.kind === 'act as') {
    if (widensNothing(own, [], documentsOf(s, change.user))) actable.add(change.user);
    return s;
  }
  const after = apply(s, change);
  const permitted = users.every((name) => widensNothing(own, documentsOf(s, name), documentsOf(after, name)));
  return permitted ? after : s;
}

const requests: Request[] = operations.flatMap((api) =>
  [true, false].flatMap((mfaAuthenticated) =>
    ['10.0.0.1', '192.0.2.1', null].flatMap((sourceIp) =>
      [10, 100].map((authAgeSeconds) => ({
        api,
        httpMethod: 'GET',
        requestPath: '',
        pathVariables: {},
        queryParameters: {},
        nowMs: 0,
        timeZone: 'UTC',
        sourceIp,
        samUserName: 'mallory',
        operatorId: 'OP0000000001',
        mfaAuthenticated,
        authMethod: 'password' as const,
        authAgeSeconds,
        secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
      })),
    ),
  ),
);

function allowed(list: PermissionDocument[]): boolean[] {
  const decider = compile(list.map((document) => ({ from: { kind: 'own' as const }, document })));
  return requests.map((request) => decider.decide(request) === 'allow');
}

describe('the escalation guard', () => {
  it('lets no sequence of up to four calls widen what the attacker can do, as itself or as another', () => {
    let changed = 0;
    let gained = 0;
    fc.assert(
      fc.property(state, fc.array(step, { minLength: 1, maxLength: 4 }), (initial, steps) => {
        const before = allowed(documentsOf(initial, 'mallory'));
        const actable = new Set<User>(['mallory']);
        let now = initial;
        for (const next of steps) now = attempt(now, next, actable);
        if (now !== initial) changed++;
        if (actable.size > 1) gained++;
        for (const name of actable) {
          const after = allowed(documentsOf(now, name));
          if (after.some((yes, i) => yes && !before[i])) throw new Error(`${name} may do more than mallory could`);
        }
      }),
      { numRuns: 10_000 },
    );
    // The guard must not hold by refusing everything.
    expect(changed).toBeGreaterThan(500);
    expect(gained).toBeGreaterThan(500);
  }, 120_000);

  it('would be broken without the check: the same search finds an escalation', () => {
    const initial: State = {
      own: { mallory: JSON.stringify({ statements: [{ effect: 'allow', api: 'User:*' }] }), bob: '', eve: '' },
      attached: { mallory: [], bob: [], eve: [] },
      roles: ['', ''],
      defaults: '',
    };
    const widen: Step = { kind: 'defaults', text: JSON.stringify({ statements: [{ effect: 'allow', api: '*' }] }) };
    const before = allowed(documentsOf(initial, 'mallory'));
    const unguarded = allowed(documentsOf(apply(initial, widen), 'mallory'));
    expect(unguarded.some((yes, i) => yes && !before[i])).toBe(true);
    expect(attempt(initial, widen, new Set())).toBe(initial);
  });
});
