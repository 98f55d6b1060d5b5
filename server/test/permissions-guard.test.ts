import { compile, type PermissionDocument, parse, type Request, specialiseNames } from '@warifu/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Authority, borrowed, type Edge, type Principal, readFor, wayTo } from '../src/authorize/authority.ts';
import { deciderCache, keepDecider } from '../src/authorize/decider.ts';
import { compareWithAuthority, furtherThan } from '../src/authorize/guard.ts';

// Two small operators in memory, and the guard's own comparison. `permissions-escalation.test.ts` sees the same attempts
// over HTTP.
const names = ['mallory', 'bob', 'dana'] as const;
type Name = (typeof names)[number];
type User = {
  readonly id: number;
  readonly own: string;
  readonly roles: readonly number[];
  readonly trusts: readonly number[];
};
type State = {
  /** By name; undefined when there is no such user. */
  readonly users: Readonly<Partial<Record<Name, User>>>;
  /** A user of another operator, whom some of the first may switch to. */
  readonly far: { readonly own: string; readonly trusts: readonly number[] };
  readonly roles: readonly string[];
  readonly defaults: string;
  readonly nextId: number;
};
type Step =
  | {
      readonly kind: 'permission' | 'trust' | 'create' | 'delete' | 'become';
      readonly name: Name;
      readonly text: string;
    }
  | { readonly kind: 'role' | 'attach' | 'detach'; readonly name: Name; readonly role: number; readonly text: string }
  | { readonly kind: 'defaults'; readonly text: string };

const home = 'OP0000000001';
const abroad = 'OP0000000002';
const operations = ['User:a', 'User:b', 'Role:a'];
const conditions = [
  undefined,
  undefined,
  'mfaAuthenticated',
  "samUserName == 'dana'",
  "samUserName in ['bob', 'x']",
  "samUserName like 'd*'",
  "samUserName != 'mallory'",
  "pathVariable('user_name') == samUserName",
  "pathVariable('user_name') == 'bob'",
];
const statement = fc.record({
  effect: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
  api: fc.constantFrom('*', 'User:*', 'User:a', 'Role:*', '*:a'),
  condition: fc.constantFrom(...conditions),
});
const text = fc
  .array(statement, { minLength: 0, maxLength: 2 })
  .map((statements) => (statements.length === 0 ? '' : JSON.stringify({ statements })));
const name = fc.constantFrom(...names);
const role = fc.constantFrom(0, 1);
const userOf = (id: number): fc.Arbitrary<User> =>
  fc.record({
    id: fc.constant(id),
    own: text,
    roles: fc.subarray([0, 1]),
    trusts: fc.subarray(
      [0, 1, 2].filter((other) => other !== id),
      { maxLength: 1 },
    ),
  });
const state: fc.Arbitrary<State> = fc.record({
  users: fc.record({ mallory: userOf(0), bob: userOf(1), dana: userOf(2) }),
  far: fc.record({ own: text, trusts: fc.subarray([0, 1, 2], { maxLength: 1 }) }),
  roles: fc.tuple(text, text),
  defaults: text,
  nextId: fc.constant(3),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('permission', 'trust', 'create', 'delete', 'become', 'become'), name, text }),
  fc.record({ kind: fc.constantFrom('role', 'attach', 'detach'), name, role, text }),
  fc.record({ kind: fc.constant('defaults' as const), text }),
) as fc.Arbitrary<Step>;

const parsed = new Map<string, PermissionDocument[]>();

function documents(source: string): PermissionDocument[] {
  const known = parsed.get(source);
  if (known) return known;
  const result = source === '' ? undefined : parse(source);
  const list = result?.ok ? [result.document] : [];
  parsed.set(source, list);
  return list;
}

function documentsOf(s: State, user: User): PermissionDocument[] {
  return [user.own, ...user.roles.map((i) => s.roles[i] ?? ''), s.defaults].flatMap(documents);
}

function principal(userName: Name, user: User): Principal {
  return { operatorId: home, userId: String(user.id), userName };
}

function identity(s: State, userName: Name, user: User) {
  return readFor({ operatorId: home, userName }, documentsOf(s, user));
}

function authority(s: State, userName: Name, user: User): Authority {
  const self = principal(userName, user);
  const edges: Edge[] = entries(s)
    .filter(([, target]) => target.trusts.includes(user.id))
    .map(([targetName, target]) => ({
      ...borrowed(identity(s, targetName, target), targetName),
      way: wayTo(principal(targetName, target), self, undefined),
      unconditional: true,
    }));
  if (s.far.trusts.includes(user.id)) {
    const far = readFor({ operatorId: abroad, userName: 'far' }, documents(s.far.own));
    edges.push({
      ...borrowed(far, 'far'),
      way: wayTo({ operatorId: abroad, userId: 'far' }, self, undefined),
      unconditional: true,
    });
  }
  return { itself: identity(s, userName, user), edges, complete: true };
}

function entries(s: State): [Name, User][] {
  return names.flatMap((userName) => (s.users[userName] ? [[userName, s.users[userName]] as [Name, User]] : []));
}

function withUser(s: State, userName: Name, change: Partial<User>): State {
  const user = s.users[userName];
  return user ? { ...s, users: { ...s.users, [userName]: { ...user, ...change } } } : s;
}

function apply(s: State, change: Step, mallory: User): State {
  switch (change.kind) {
    case 'permission':
      return withUser(s, change.name, { own: change.text });
    case 'trust':
      return withUser(s, change.name, { trusts: [mallory.id] });
    case 'create':
      if (s.users[change.name]) return s;
      return {
        ...s,
        nextId: s.nextId + 1,
        users: { ...s.users, [change.name]: { id: s.nextId, own: '', roles: [], trusts: [] } },
      };
    case 'delete': {
      if (change.name === 'mallory') return s;
      const { [change.name]: _, ...users } = s.users;
      return { ...s, users };
    }
    case 'role':
      return { ...s, roles: s.roles.map((old, i) => (i === change.role ? change.text : old)) };
    case 'attach':
      return withUser(s, change.name, { roles: [...new Set([...(s.users[change.name]?.roles ?? []), change.role])] });
    case 'detach':
      return withUser(s, change.name, { roles: s.users[change.name]?.roles.filter((i) => i !== change.role) ?? [] });
    case 'defaults':
      return { ...s, defaults: change.text };
    default:
      return s;
  }
}

/** One request of the attacker; what the guard refuses leaves the state as it was. */
function attempt(s: State, change: Step, held: Set<number>): State {
  const mallory = s.users.mallory;
  if (!mallory) return s;
  const own = authority(s, 'mallory', mallory);
  if (change.kind === 'become' || change.kind === 'trust') {
    const user = s.users[change.name];
    if (!user || user.id === mallory.id) return s;
    const further = furtherThan(own, authority(s, change.name, user));
    if (!further.every((one) => compareWithAuthority(own, one, []) === 'covered')) return s;
    if (change.kind === 'become') held.add(user.id);
    return apply(s, change, mallory);
  }
  if (change.kind === 'create' && favoured(s, own, change.name)) return s;
  const after = apply(s, change, mallory);
  const allowed = entries(after).every(([userName, user]) => {
    const before = entries(s).find(([, other]) => other.id === user.id)?.[1];
    if (!before) return true;
    const had = identity(s, userName, before).documents;
    return compareWithAuthority(own, identity(after, userName, user), [had]) === 'covered';
  });
  return allowed ? after : s;
}

/** As `assertNameNotFavoured` judges. */
function favoured(s: State, own: Authority, userName: Name): boolean {
  const [document] = documents(s.defaults);
  if (!document) return false;
  const named = { operatorId: home, documents: [specialiseNames(document, userName)] };
  return compareWithAuthority(own, named, [[specialiseNames(document, undefined)]]) !== 'covered';
}

type Way = { readonly operatorId: string; readonly userName: string; readonly list: readonly PermissionDocument[] };

/** Everything that a holder of some users can really do: every call, decided with the documents as they stand. */
function power(s: State, ids: ReadonlySet<number>): Set<string> {
  const able = new Set<string>();
  const decide = ({ operatorId, userName, list }: Way, switched: boolean) => {
    const decider = compile(list.map((document) => ({ from: { kind: 'own' as const }, document })));
    for (const request of requestsOf(operatorId, userName, switched)) {
      if (decider.decide(request) === 'allow') able.add(callOf(request));
    }
  };
  for (const [userName, user] of entries(s)) {
    if (!ids.has(user.id)) continue;
    decide({ operatorId: home, userName, list: documentsOf(s, user) }, false);
    for (const [targetName, target] of entries(s)) {
      if (!target.trusts.includes(user.id)) continue;
      decide({ operatorId: home, userName: targetName, list: documentsOf(s, target) }, true);
    }
    if (s.far.trusts.includes(user.id)) {
      decide({ operatorId: abroad, userName: 'far', list: documents(s.far.own) }, true);
    }
  }
  return able;
}

function requestsOf(operatorId: string, samUserName: string, switched: boolean): Request[] {
  return operations.flatMap((api) =>
    [...names, 'nobody'].flatMap((target) =>
      (switched ? [false] : [true, false]).map((mfaAuthenticated) => ({
        api,
        httpMethod: 'GET',
        requestPath: '',
        pathVariables: { operator_id: operatorId, user_name: target },
        queryParameters: {},
        nowMs: 0,
        timeZone: 'UTC',
        sourceIp: null,
        samUserName,
        operatorId,
        mfaAuthenticated,
        authMethod: switched ? ('switchUser' as const) : ('password' as const),
        authAgeSeconds: 0,
        secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
      })),
    ),
  );
}

/** What a call does, whoever makes it; a session with a factor may be had by whoever holds the user. */
function callOf({ api, pathVariables, operatorId, mfaAuthenticated }: Request): string {
  return JSON.stringify([operatorId, api, pathVariables.user_name, mfaAuthenticated]);
}

describe('the escalation guard', () => {
  it('lets no sequence of up to four calls widen what the attacker can do, as itself or as another', () => {
    let changed = 0;
    let gained = 0;
    fc.assert(
      fc.property(state, fc.array(step, { minLength: 1, maxLength: 4 }), (initial, steps) => {
        const before = power(initial, new Set([0]));
        const held = new Set<number>([0]);
        let now = initial;
        for (const next of steps) now = attempt(now, next, held);
        if (now !== initial) changed++;
        if (held.size > 1) gained++;
        for (const call of power(now, held)) {
          if (
            !before.has(call) &&
            !before.has(call.replace('false]', 'true]')) &&
            !before.has(call.replace('true]', 'false]'))
          ) {
            throw new Error(`${call} was not possible before`);
          }
        }
      }),
      { numRuns: 10_000 },
    );
    // The guard must not hold by refusing everything.
    expect(changed).toBeGreaterThan(500);
    expect(gained).toBeGreaterThan(300);
  }, 600_000);

  it('A12: deciders of a thousand large permissions are bounded by their size', () => {
    for (let i = 0; i < 1000; i++) {
      const api = Array.from({ length: 90 }, (_, n) => `Tag${i}:operation${n}${'x'.repeat(80)}`);
      const own = JSON.stringify({
        statements: [
          { effect: 'allow', api },
          { effect: 'allow', api: '*' },
        ],
      });
      keepDecider(`user ${i}`, { texts: { own, roles: [], defaults: '' }, revision: 1 });
      expect(deciderCache().weight).toBeLessThanOrEqual(64 * 1024 * 1024);
    }
    expect(deciderCache().entries).toBeGreaterThan(10);
  });

  it('a thousand changes of one large permission keep one decider', () => {
    keepDecider('one user', { texts: { own: '', roles: [], defaults: '' }, revision: -1 });
    const { entries } = deciderCache();
    for (let revision = 0; revision < 1000; revision++) {
      const api = Array.from({ length: 90 }, (_, n) => `Tag${revision}:operation${n}`);
      const own = JSON.stringify({ statements: [{ effect: 'allow', api }] });
      keepDecider('one user', { texts: { own, roles: [], defaults: '' }, revision });
    }
    expect(deciderCache().entries).toBeLessThanOrEqual(entries);
  });
});
