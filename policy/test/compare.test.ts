import { describe, expect, it } from 'vitest';
import { fitting, HOSTILE, upTo } from '../bench/hostile.ts';
import { compareReach, type PermissionDocument } from '../src/index.ts';
import { documentFrom, documentOf, leastWork } from './support.ts';

const allow = (api: string | readonly string[], condition?: string): object => ({
  effect: 'allow',
  api,
  ...(condition === undefined ? {} : { condition }),
});
const deny = (api: string | readonly string[], condition?: string): object => ({
  ...allow(api, condition),
  effect: 'deny',
});

describe('compareReach', () => {
  const own = [documentFrom(allow('User:*'))];
  const before = [documentFrom(allow('Sim:*', 'mfaAuthenticated'))];

  it('asks each allow of some one identity', () => {
    const after = [documentFrom(allow('User:getUser'), allow('Sim:getSim', 'mfaAuthenticated'))];
    expect(compareReach([own, before], after)).toBe('covered');
    expect(compareReach([own], after)).toBe('not covered');
    expect(compareReach([before], after)).toBe('not covered');
    expect(compareReach([], after)).toBe('not covered');
    expect(compareReach([], [])).toBe('covered');
    expect(compareReach([], [documentFrom(deny('*'))])).toBe('covered');
  });

  it('does not count a deny of one against what another covers alone', () => {
    const denying = [documentFrom(allow('User:*'), deny('Sim:*'))];
    expect(compareReach([denying, before], before)).toBe('covered');
    const both = [documentFrom(allow(['User:x', 'Sim:getSim'], 'mfaAuthenticated'))];
    expect(compareReach([denying, before], both)).toBe('covered');
  });

  it('sums all up, then with the denies of all', () => {
    const either = [documentFrom(allow('*', "samUserName == 'a' or mfaAuthenticated"))];
    const [a, b] = [[documentFrom(allow('*', "samUserName == 'a'"))], [documentFrom(allow('*', 'mfaAuthenticated'))]];
    expect(compareReach([a, b], either)).toBe('covered');
    expect(compareReach([a, [...b, documentFrom(deny('Sim:*'))]], either)).toBe('not covered');
    expect(compareReach([a, [...b, documentFrom(deny('Sim:*'))]], [...either, documentFrom(deny('*:*'))])).toBe(
      'covered',
    );
  });

  it('sees at once what stands in both', () => {
    const hard = documentFrom(...upTo(100, (i) => allow(upTo(30, (j) => `*${i}*${j}`))));
    const few = documentFrom(deny('Sim:get*', 'mfaAuthenticated'), deny('Billing:*'));
    expect(compareReach([[hard, few]], [few, hard])).toBe('covered');
    expect(compareReach([[hard, few]], [hard])).toBe('not covered');
    expect(compareReach([[hard], own], [hard, documentFrom(allow('User:getUser'))])).toBe('covered');
    const again = documentOf(`${hard.text} `);
    expect(compareReach([[hard, few]], [again, few])).toBe('covered');
  });

  it('takes equal texts for equal only where they mean the same', () => {
    const document = documentFrom(allow('*', 'mfaAuthenticated'));
    const other: PermissionDocument = {
      ...document,
      statements: documentFrom(allow('*', 'true')).statements.map((s) => ({
        ...s,
        condition: s.condition && { ...s.condition, text: 'mfaAuthenticated' },
      })),
    };
    expect(compareReach([[document]], [other])).toBe('not covered');
    expect(compareReach([[other]], [document])).toBe('covered');
    const changed: PermissionDocument = { ...document, statements: documentFrom(allow('*')).statements };
    expect(compareReach([[document]], [changed])).toBe('not covered');
    expect(compareReach([[document]], [{ ...document, statements: documentFrom(deny('*')).statements }])).toBe(
      'covered',
    );
    const two = documentFrom(allow('a'), allow('b'));
    expect(compareReach([[{ ...two, statements: two.statements.slice(1) }]], [two])).toBe('not covered');
    const named: PermissionDocument = { ...two, statements: documentFrom(allow('b'), allow('c')).statements };
    expect(compareReach([[named]], [two])).toBe('not covered');
    const more: PermissionDocument = { ...two, statements: documentFrom(allow(['a', 'x']), allow('b')).statements };
    expect(compareReach([[two]], [more])).toBe('not covered');
  });

  it('is never too large for twenty roles of twenty statements', () => {
    const role = (i: number) =>
      documentFrom(
        ...upTo(20, (j) => ({
          effect: j % 5 === 4 ? 'deny' : 'allow',
          api: [`T${i}:get*`, `T${j}:list*${i}`, `T${i}:op${j}`, `*:x${j}${i}`, `T${i}x${j}:*`],
          ...(j % 3 === 0 && { condition: `mfaAuthenticated and authAgeSeconds < ${60 + i}` }),
        })),
      );
    const roles = upTo(20, role);
    expect(
      compareReach(
        [roles],
        roles.map((document) => documentOf(` ${document.text}`)),
      ),
    ).toBe('covered');
    expect(compareReach([[documentFrom(allow('*'))]], roles)).toBe('covered');
    expect(compareReach([roles], [...roles, documentFrom(allow('New:one'))])).toBe('not covered');
  });
});

describe('documents that are hard to compare', () => {
  const given: string[] = [];
  for (const { what, wide, narrow } of HOSTILE) {
    it(`${what}: one of each, and twenty`, () => {
      const [wides, narrows] = [upTo(20, (i) => fitting(wide(i))), upTo(20, (i) => fitting(narrow(i)))];
      for (const count of [1, 20]) {
        const compared = narrows.slice(0, count);
        const shape = [wides.slice(0, count), narrows.slice(1)];
        // The goal is 50 ms, met in the bench.
        expect(leastWork(() => compareReach(shape, compared))).toBeLessThan(150);
        given.push(compareReach(shape, compared));
      }
    });
  }

  it('are given up in the end', () => {
    expect(given.filter((answer) => answer === 'too large').length).toBeGreaterThan(HOSTILE.length / 2);
  });
});
