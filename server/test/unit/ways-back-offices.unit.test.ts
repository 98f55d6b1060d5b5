import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rootId } from '../../src/db/schema.ts';
import type { Known } from '../../src/ways-back/facts.ts';
import { helpersOf, type Office } from '../../src/ways-back/helpers.ts';
import { lossesBetween } from '../../src/ways-back/last-way.ts';
import type { Facts, Helpers, Odds } from '../../src/ways-back/model.ts';

/*
 * Whole operators, drawn at random as who may do what to whom, and not as documents. The oracle tries every person and
 * every pair of them; the server is given the same as permissions, trust policies and rows.
 * `WARIFU_TEST_OPERATORS` draws more of them.
 */

const at = Date.UTC(2026, 10, 22);
const names = ['hana', 'kai', 'mio', '花子'];
const acts = { disable: 'User:revokeUserMFA', start: 'User:startUserMFAReset', approve: 'User:approveUserMFAReset' };
type Act = keyof typeof acts;

type Person = {
  readonly password: Facts['password'];
  readonly factors: Facts['factors'];
  /** For each act: to whom it may do that, and whether only in a session with MFA. */
  readonly may: Record<Act, { readonly on: readonly boolean[]; readonly withMfa: boolean }>;
  readonly byRole: boolean;
  readonly required: boolean;
  readonly quarantined: boolean;
  /** Who gave it its password; -1 for itself. */
  readonly setBy: number;
  /** Whom its trust policy lets in, and whether on a condition. */
  readonly trusts: readonly { readonly who: number; readonly conditional: boolean }[];
};
type Drawn = {
  readonly people: readonly Person[];
  readonly secondPerson: boolean;
  readonly rootMfa: boolean;
  readonly rootInQuarantine: boolean;
};

const relation = fc.record({
  on: fc.array(fc.constantFrom(true, false, false), { minLength: names.length, maxLength: names.length }),
  withMfa: fc.boolean(),
});
const factor = fc.record({
  kind: fc.constantFrom('authenticator_app' as const, 'passkey' as const),
  synced: fc.constant(false),
  suspended: fc.constantFrom(true, false, false),
});
const person: fc.Arbitrary<Person> = fc.record({
  password: fc.constantFrom('usable', 'usable', 'usable', 'none', 'suspended', 'locked'),
  factors: fc.array(factor, { maxLength: 2 }),
  may: fc.record({ disable: relation, start: relation, approve: relation }),
  byRole: fc.boolean(),
  required: fc.boolean(),
  quarantined: fc.constantFrom(true, false, false),
  setBy: fc.integer({ min: -1, max: names.length - 1 }),
  trusts: fc.uniqueArray(fc.record({ who: fc.nat({ max: names.length - 1 }), conditional: fc.boolean() }), {
    maxLength: 2,
    selector: ({ who }) => who,
  }),
});
const operator: fc.Arbitrary<Drawn> = fc.record({
  people: fc.array(person, { minLength: 1, maxLength: names.length }),
  secondPerson: fc.boolean(),
  rootMfa: fc.boolean(),
  rootInQuarantine: fc.boolean(),
});

const hasMfa = ({ factors }: Person) => factors.length > 0;
const mustEnrol = (one: Person) => one.required && !hasMfa(one);

// The oracle.

type Tried = { readonly who: number; readonly sure: boolean };
const best = (tried: readonly boolean[]): Odds => (tried.includes(true) ? 'yes' : tried.length > 0 ? 'perhaps' : 'no');

function comesIn(one: Person | undefined): Odds {
  if (!one) return 'no';
  const works = one.factors.filter(({ suspended }) => !suspended);
  if (one.password === 'usable') return !hasMfa(one) || works.length > 0 ? 'yes' : 'no';
  return one.password === 'suspended' && works.some(({ kind }) => kind === 'passkey') ? 'perhaps' : 'no';
}

/** Everybody signs in and does it. A switched session may not (R50); who must enrol or is in quarantine has to wait. */
function whoDoes({ people }: Drawn, act: Act, target: number): Tried[] {
  return people.flatMap((as, i): Tried[] => {
    const { on, withMfa } = as.may[act];
    if (i === target || !on[target]) return [];
    const waits = mustEnrol(as) || as.quarantined;
    return comesIn(as) === 'no' ? [] : [{ who: i, sure: comesIn(as) === 'yes' && !withMfa && !waits }];
  });
}

function tryEverybody(drawn: Drawn, target: number): Helpers {
  const { people, secondPerson, rootMfa, rootInQuarantine } = drawn;
  const root = rootMfa ? [{ who: -1, sure: !rootInQuarantine }] : [];
  // Neither starts nor approves it who has no MFA, or gave the target its password.
  const proved = (act: Act) =>
    whoDoes(drawn, act, target).filter(
      ({ who }) => people.some((one, i) => i === who && hasMfa(one)) && people[target]?.setBy !== who,
    );
  const starters = proved('start');
  const reset = (some: readonly Tried[], second: readonly Tried[]) => {
    if (!secondPerson) return some.map(({ sure }) => sure);
    return some.flatMap((one) => second.filter(({ who }) => who !== one.who).map(({ sure }) => sure && one.sure));
  };
  const disabling = whoDoes(drawn, 'disable', target).map(({ sure }) => sure);
  return {
    others: best(disabling),
    assisted: best(reset([...root, ...starters], [...root, ...proved('approve')])),
    secondPerson,
    withoutRoot: best([...disabling, ...reset(starters, proved('approve'))]),
    rootWaits: rootInQuarantine,
  };
}

// The same operator as the server knows it.

function permissionOf({ may }: Person): string {
  const statements = (Object.keys(acts) as Act[]).flatMap((act) => {
    const { on, withMfa } = may[act];
    const some = names.filter((_, i) => on[i]).map((name) => `pathVariable('user_name') == '${name}'`);
    if (some.length === 0) return [];
    const condition = `(${some.join(' or ')})${withMfa ? ' and mfaAuthenticated' : ''}`;
    return [{ effect: 'allow', api: [acts[act]], condition }];
  });
  return statements.length === 0 ? '' : JSON.stringify({ statements });
}

function knownOf(userId: string, userName: string, one: Pick<Person, 'password' | 'factors' | 'required'>): Known {
  const mfaActive = one.factors.length > 0;
  const { password, factors, required } = one;
  const rest = { codes: 'none', held: false, mustEnrol: required && !mfaActive } as const;
  return {
    userId,
    userName,
    hasAddress: false,
    passwordSetBy: null,
    facts: { isRoot: userId === rootId, password, mfaActive, factors, ...rest },
  };
}

function officeIn({ people, secondPerson, rootMfa, rootInQuarantine }: Drawn): Office {
  const id = (i: number) => `user-${i}`;
  const app = { kind: 'authenticator_app', synced: false, suspended: false } as const;
  const root = knownOf(rootId, '', { password: 'usable', factors: rootMfa ? [app] : [], required: false });
  const users = people.map((one, i) => {
    const own = permissionOf(one);
    const ways = one.trusts.flatMap(({ who, conditional }) => {
      const from = people[who];
      if (!from || who === i) return [];
      const userName = names[who] ?? '';
      const waits = conditional || mustEnrol(from) || from.quarantined;
      return [{ principal: `srn:${userName}`, userName, kind: 'sam' as const, conditional: waits }];
    });
    return {
      userId: id(i),
      userName: names[i] ?? '',
      mustEnrol: mustEnrol(one),
      quarantinedUntil: one.quarantined ? at + 1 : undefined,
      texts: one.byRole
        ? { own: '', roles: [{ roleId: 'r', permission: own }], defaults: '' }
        : { own, roles: [], defaults: '' },
      ways,
    };
  });
  const known = people.map((one, i) => ({
    ...knownOf(id(i), names[i] ?? '', one),
    passwordSetBy: one.setBy < 0 ? id(i) : id(one.setBy),
  }));
  return { operatorId: 'OP0000000000', at, people: [root, ...known], users, secondPerson, rootInQuarantine };
}

const runs = { numRuns: Number(process.env.WARIFU_TEST_OPERATORS ?? 2000), seed: 12 };

describe('who helps whom in an operator', () => {
  it('is what trying everybody finds, for each of its people', { timeout: 3_600_000 }, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(operator, async (drawn) => {
        const office = officeIn(drawn);
        for (const [i] of drawn.people.entries()) {
          const target = office.people[i + 1];
          const helpers = target && (await helpersOf(office, target));
          const tried = tryEverybody(drawn, i);
          seen.add(`others ${tried.others}`).add(`assisted ${tried.assisted}`).add(`without root ${tried.withoutRoot}`);
          expect(helpers).toEqual(tried);
        }
      }),
      runs,
    );
    expect(seen.size).toBe(9);
  });

  it('and whoever loses its last helper by an act is found', { timeout: 3_600_000 }, async () => {
    const helpless = (drawn: Drawn, i: number) =>
      drawn.people[i]?.password !== 'usable' || tryEverybody(drawn, i).withoutRoot === 'no';
    const nothing = { on: names.map(() => false), withMfa: false };
    const none = { disable: nothing, start: nothing, approve: nothing };
    const outcomes = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(operator, fc.nat({ max: names.length - 1 }), async (drawn, who) => {
        // Its permissions go, by whatever document: nobody's own ways change by that.
        const people = drawn.people.map((one, i) => (i === who ? { ...one, may: none } : one));
        const losses = await lossesBetween(officeIn(drawn), officeIn({ ...drawn, people }));
        const lost = drawn.people.flatMap((one, i) => {
          const needsHelp = hasMfa(one);
          return needsHelp && !helpless(drawn, i) && helpless({ ...drawn, people }, i) ? [names[i]] : [];
        });
        outcomes.add(lost.length > 0);
        expect(losses.map(({ person, what }) => [person.userName, what])).toEqual(lost.map((name) => [name, 'helper']));
      }),
      runs,
    );
    expect(outcomes.size).toBe(2);
  });
});
