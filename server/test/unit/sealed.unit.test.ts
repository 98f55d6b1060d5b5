import { describe, expect, it } from 'vitest';
import { type Place, seal, unseal } from '../../src/crypto/sealed.ts';
import { testKeys } from '../support/keys.ts';

const keys = testKeys();
const place: Place = { table: 'authenticator_apps', row: ['OP1', '', 'f1'] };
const altered = (text: string, at: number) =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

describe('R70: sealed values', () => {
  it('open where they were sealed, whatever they hold', () => {
    for (const plain of ['seed', '', '割符 🔑', 'x'.repeat(10_000)]) {
      expect(unseal(keys, seal(keys, plain, place), place)).toBe(plain);
    }
  });
  it('say nothing of what they hold, and never the same twice', () => {
    const texts = new Set(Array.from({ length: 1000 }, () => seal(keys, 'seed', place)));
    expect(texts.size).toBe(1000);
    expect(new Set([...texts].map((text) => text.split('.')[2])).size).toBe(1000);
    for (const text of texts) expect(text).not.toContain('seed');
  });
  it.each<[string, Place]>([
    ['another operator', { ...place, row: ['OP2', '', 'f1'] }],
    ['another user', { ...place, row: ['OP1', 'sam', 'f1'] }],
    ['another factor', { ...place, row: ['OP1', '', 'f2'] }],
    ['another table', { ...place, table: 'outbox' }],
    ['the same names cut elsewhere', { ...place, row: ['OP1', 'f1', ''] }],
  ])('do not open in %s', (_, other) => {
    const text = seal(keys, 'seed', place);
    expect(() => unseal(keys, text, other)).toThrow();
    expect(unseal(keys, text, place)).toBe('seed');
  });
  it('do not open when any character was altered', () => {
    const text = seal(keys, 'seed', place);
    const start = `v1.${keys.sealing[0]?.id}.`.length;
    for (let at = 0; at < text.length; at++) {
      // The last character of a base64url part may hold spare bits that mean nothing.
      const spare = at === text.length - 1 || text[at] === '.';
      if (!spare) expect(() => unseal(keys, altered(text, at), place), `character ${at}`).toThrow();
    }
    expect(() => unseal(keys, text.slice(0, -4), place)).toThrow();
    expect(() => unseal(keys, text.slice(0, start), place)).toThrow();
    expect(() => unseal(keys, '', place)).toThrow();
  });
  it('open with a key that was rotated out of first place, and not without it', () => {
    const old = seal(keys, 'seed', place);
    const [newer] = testKeys().sealing;
    if (!newer) throw new Error('no key');
    const rotated = { ...keys, sealing: [newer, ...keys.sealing] };
    expect(unseal(rotated, old, place)).toBe('seed');
    expect(seal(rotated, 'seed', place).split('.')[1]).toBe(newer.id);
    expect(() => unseal({ ...keys, sealing: [newer] }, old, place)).toThrow();
  });
  it('cannot be sealed without a key', () => {
    expect(() => seal({ ...keys, sealing: [] }, 'seed', place)).toThrow();
  });
});
