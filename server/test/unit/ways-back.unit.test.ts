import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Facts, type Helpers, levelOf, type Odds, waysBack } from '../../src/ways-back/model.ts';

/*
 * The brute force: a person whose device is gone does whatever can be done, in any order, until it is in or nothing is
 * left to do. It knows what each act of the product asks for, and nothing of the model.
 */

type World = { readonly facts: Facts; readonly helpers: Helpers; readonly lost: number; readonly verifies: boolean };
type State = {
  readonly password: Facts['password'];
  readonly mfa: boolean;
  readonly held: boolean;
  readonly in: boolean;
};
type Act = (world: World, state: State) => State | undefined;
type Who = 'itself' | 'others' | 'host';

const acts: Record<Who, readonly Act[]> = {
  itself: [
    (_, s) => (s.password === 'usable' && !s.mfa ? { ...s, in: true } : undefined),
    (w, s) => (s.password === 'usable' && s.mfa && keptFactors(w).length > 0 ? { ...s, in: true } : undefined),
    (w, s) => {
      const key = keptFactors(w).some(({ kind }) => kind === 'passkey');
      const opens = s.password !== 'none' && s.password !== 'locked' && s.mfa;
      return key && opens && w.verifies ? { ...s, in: true } : undefined;
    },
    (w, s) => (w.facts.isRoot ? { ...s, password: 'usable', held: true } : undefined),
    (_, s) => (s.held ? { ...s, held: false } : undefined),
    (w, s) => {
      const codes = w.facts.codes === 'stored';
      return w.facts.isRoot && codes && s.mfa && s.password === 'usable' && !s.held ? { ...s, mfa: false } : undefined;
    },
  ],
  others: [
    (w, s) => (w.facts.isRoot ? undefined : { ...s, password: 'usable' }),
    (w, s) => (w.facts.isRoot ? undefined : { ...s, mfa: false }),
  ],
  host: [(w, s) => (w.facts.isRoot && s.mfa ? { ...s, mfa: false } : undefined)],
};

/** What works of the factors that are not in the lost device. */
function keptFactors({ facts, lost }: World) {
  return facts.factors.filter((factor, i) => !factor.suspended && (factor.synced || !isIn(lost, i)));
}

const isIn = (devices: number, i: number) => Math.floor(devices / 2 ** i) % 2 === 1;

function getsIn(world: World, by: readonly Who[]): boolean {
  const { password, mfaActive: mfa, held } = world.facts;
  const open: State[] = [{ password, mfa, held, in: false }];
  const seen = new Set<string>();
  for (let state = open.pop(); state; state = open.pop()) {
    if (state.in) return true;
    for (const act of by.flatMap((who) => acts[who])) {
      const next = act(world, state);
      if (!next || seen.has(JSON.stringify(next))) continue;
      seen.add(JSON.stringify(next));
      open.push(next);
    }
  }
  return false;
}

/**
 * All that the server cannot know, one world each: which factors are in the lost device (at least one of those that are
 * in some device), whether passkeys ask for a PIN, whether the sheet of codes was put away.
 */
function worldsOf(facts: Facts, helpers: Helpers): World[] {
  const bound = facts.factors.flatMap(({ synced }, i) => (synced ? [] : [i]));
  const every = Array.from({ length: 2 ** facts.factors.length }, (_, devices) => devices);
  const lost = every.filter((devices) => bound.length === 0 || bound.some((i) => isIn(devices, i)));
  const sheets = facts.codes === 'unstored' ? (['stored', 'none'] as const) : [facts.codes];
  return lost.flatMap((devices) =>
    [true, false].flatMap((verifies) =>
      sheets.map((codes) => ({ facts: { ...facts, codes }, helpers, lost: devices, verifies })),
    ),
  );
}

/** By one's own means in every world, in some, or in none. */
function levelByForce(facts: Facts, helpers: Helpers) {
  const outcomes = worldsOf(facts, helpers).map((world) => getsIn(world, ['itself']));
  if (outcomes.every(Boolean)) return 'alone';
  return outcomes.some(Boolean) ? 'unsure' : 'help';
}

const odds = fc.constantFrom<Odds>('yes', 'perhaps', 'no');
const factor = fc.oneof(
  fc.record({ kind: fc.constant('authenticator_app' as const), synced: fc.constant(false), suspended: fc.boolean() }),
  fc.record({ kind: fc.constant('passkey' as const), synced: fc.boolean(), suspended: fc.boolean() }),
);
const helpersOf = fc.record({
  others: odds,
  assisted: odds,
  secondPerson: fc.boolean(),
  withoutRoot: odds,
  rootWaits: fc.boolean(),
});
const person = fc
  .record({
    isRoot: fc.boolean(),
    password: fc.constantFrom<Facts['password']>('usable', 'none', 'suspended', 'locked'),
    factors: fc.array(factor, { maxLength: 4 }),
    codes: fc.constantFrom<Facts['codes']>('frozen', 'unstored', 'stored'),
    held: fc.boolean(),
    required: fc.boolean(),
  })
  .map(({ factors, codes, required, ...rest }): Facts => {
    const mfaActive = factors.length > 0;
    return {
      ...rest,
      factors,
      mfaActive,
      mustEnrol: required && !mfaActive,
      codes: rest.isRoot && mfaActive ? codes : 'none',
    };
  })
  .filter(({ isRoot, password }) => !isRoot || password !== 'none');

describe('the ways back of a person', () => {
  const runs = { numRuns: 10_000, seed: 12 };
  const given = (facts: Facts, helpers: Helpers) => waysBack(facts, facts.isRoot ? undefined : helpers);

  it('say alone, perhaps or with help as trying everything does, for 10,000 people', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(person, helpersOf, (facts, helpers) => {
        const level = levelOf(given(facts, helpers));
        seen.add(`${facts.isRoot} ${level}`);
        expect(level).toBe(levelByForce(facts, helpers));
      }),
      runs,
    );
    expect([...seen].sort()).toEqual(
      [true, false].flatMap((root) => ['alone', 'help', 'unsure'].map((l) => `${root} ${l}`)).sort(),
    );
  });

  it('leave nobody out: where the person alone does not get in, somebody is named who can help', () => {
    fc.assert(
      fc.property(person, helpersOf, (facts, helpers) => {
        const ways = given(facts, helpers);
        const world = {
          facts: { ...facts, codes: 'none' as const },
          helpers,
          lost: 2 ** facts.factors.length - 1,
          verifies: false,
        };
        expect(getsIn(world, ['itself', 'others', 'host'])).toBe(true);
        expect(ways.some(({ open }) => open !== 'no')).toBe(true);
      }),
      runs,
    );
  });

  it('say what an open way needs, and why a closed one is closed', () => {
    fc.assert(
      fc.property(person, helpersOf, (facts, helpers) => {
        for (const { open, needs, whyNot } of given(facts, helpers)) {
          expect(needs.length > 0).toBe(open !== 'no');
          expect(whyNot !== undefined).toBe(open === 'no');
          expect(new Set(needs).size).toBe(needs.length);
        }
      }),
      runs,
    );
  });
});
