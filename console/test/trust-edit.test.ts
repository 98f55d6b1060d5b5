import { isPrincipal, principalOf, principals, srnOf } from '@warifu/contract';
import { formatTrustPolicy, parseTrustPolicy } from '@warifu/policy';
import { describe, expect, it } from 'vitest';
import { addPrincipal, readTrust, servicesOf, usualStatement, waysOf } from '../src/permissions/editor/trust-edit.ts';

const operator = 'OP0123456789';
const bob = srnOf(operator, 'bob');
const root = srnOf(operator, '');
const one = (principal: unknown, condition?: string) => ({
  effect: 'allow',
  principal: { soracom: principal },
  ...(condition && { condition }),
});
const textOf = (...statements: object[]) => JSON.stringify({ statements });
const principalsOf = (text: string | undefined) =>
  readTrust(text ?? '')?.statements.map(({ principals }) => principals.map((principal) => principal.text));

describe('names of principals', () => {
  it('are written and read the same way, and only as the language takes them', () => {
    for (const userName of ['', 'bob', 'a.b-c_d', '田中 太郎', 'dave@example.com']) {
      expect(principalOf(srnOf(operator, userName))).toEqual({ operatorId: operator, userName });
      expect(isPrincipal(srnOf(operator, userName))).toBe(true);
    }
    for (const wrong of [srnOf('OP1', 'bob'), srnOf(operator, '*'), srnOf(operator, 'bob '), `${bob}\n`]) {
      expect([wrong, isPrincipal(wrong)]).toEqual([wrong, false]);
    }
  });
});

describe('adding a principal', () => {
  it('begins a policy where there is none', () => {
    expect(principalsOf(addPrincipal(' \n', bob, 0))).toEqual([[bob]]);
  });

  it.each([
    ['a list', textOf(one([root])), 1, [[root, bob]]],
    ['one without a list', textOf(one(root)), 1, [[root, bob]]],
    ['the second statement', textOf(one(root), one([root], 'mfaAuthenticated')), 2, [[root], [root, bob]]],
    ['a statement of its own', textOf(one([root], 'mfaAuthenticated')), 0, [[root], [bob]]],
  ])('to %s', (_, text, number, expected) => {
    expect(principalsOf(addPrincipal(text, bob, number))).toEqual(expected);
  });

  it('leaves what a person wrote as it stands, and lays out what was laid out', () => {
    const own = `{ "statements":\n\t[ { "principal": { "soracom":[ "${root}" ] } ,"effect":"allow", "condition": "mfaAuthenticated  and   true" } ] }`;
    expect(addPrincipal(own, bob, 1)).toBe(own.replace(`"${root}"`, `"${root}", "${bob}"`));
    const document = readTrust(textOf(one(root)));
    const added = addPrincipal(document ? formatTrustPolicy(document, principals) : '', bob, 1) ?? '';
    const result = parseTrustPolicy(added, principals);
    expect(result.ok && formatTrustPolicy(result.document, principals)).toBe(added);
  });

  it('adds nothing to a text that is no policy, or to a statement that is not there', () => {
    for (const text of ['{', textOf(), textOf(one('x'))]) expect(addPrincipal(text, bob, 1)).toBeUndefined();
    expect(addPrincipal(textOf(one(root)), bob, 2)).toBeUndefined();
  });

  it('is not added to a statement of services alone', () => {
    const service = { effect: 'allow', principal: { service: 'Flux' } };
    const document = readTrust(textOf(one(root), service));
    expect(document && [usualStatement(document), servicesOf(document)]).toEqual([1, ['Flux']]);
    expect(addPrincipal(textOf(service), bob, 1)).toBeUndefined();
    expect(principalsOf(addPrincipal(textOf(service), bob, 0))).toEqual([[], [bob]]);
  });

  it('goes where no condition is, unless somebody says otherwise', () => {
    const document = readTrust(textOf(one(root, 'mfaAuthenticated'), one(root), one(bob, 'true')));
    expect(document && usualStatement(document)).toBe(2);
    const conditional = readTrust(textOf(one(root, 'mfaAuthenticated')));
    expect(conditional && usualStatement(conditional)).toBe(0);
  });
});

describe('the ways in', () => {
  it('one without a condition outweighs those with one, in either order', () => {
    for (const conditions of [
      ['mfaAuthenticated', undefined],
      [undefined, 'mfaAuthenticated'],
    ]) {
      const document = readTrust(textOf(...conditions.map((condition) => one(bob, condition))));
      expect(waysOf(document).get(bob)).toBe('always');
    }
    const document = readTrust(textOf(one(bob, 'true'), one([root, bob], 'false')));
    expect([...waysOf(document)]).toEqual([
      [bob, ['false', 'true']],
      [root, ['false']],
    ]);
    expect([...waysOf(undefined)]).toEqual([]);
  });
});
