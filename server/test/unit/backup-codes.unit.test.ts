import { checkSymbol, codeSymbols, readBackupCode } from '@warifu/contract';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { seal } from '../../src/crypto/sealed.ts';
import type { BackupCodeSets } from '../../src/db/schema.ts';
import { isInSet, makeCodes } from '../../src/factors/backup-codes.ts';
import { fastHasher } from '../support/fast-hasher.ts';
import { testKeys } from '../support/keys.ts';

const keys = testKeys();
const ctx = { hasher: fastHasher(), keys, log: pino({ level: 'silent' }) } as unknown as Context;

describe('R25: how backup codes are made', () => {
  it('gives 10,000 codes without a duplicate in a set, each symbol as likely as another', async () => {
    const sets = await Promise.all(Array.from({ length: 2000 }, () => makeCodes(ctx)));
    const counts = new Map<string, number>();
    for (const { codes } of sets) {
      expect(new Set(codes).size).toBe(5);
      for (const symbol of codes.join('')) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    expect([...counts.keys()].sort().join('')).toBe('23456789ABCDEFGHJKMNPQRSTUVWXYZ');
    const expected = (10_000 * 8) / 31;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 30 degrees of freedom: fair codes exceed 85 once in a million runs; a bias as of `byte % 31` gives about 225.
    expect(chiSquare).toBeLessThan(85);
  });

  it('has an alphabet without look-alikes', () => {
    expect(codeSymbols).toHaveLength(31);
    for (const symbol of '01ILO') expect(codeSymbols).not.toContain(symbol);
  });

  it('keeps one salt for a set and no code in what is stored', async () => {
    const [one, two] = [await makeCodes(ctx), await makeCodes(ctx)];
    expect(one.salt).not.toBe(two.salt);
    expect(one.hashes).toHaveLength(5);
    for (const code of one.codes) expect(JSON.stringify([one.salt, one.hashes])).not.toContain(code);
    const row = { operator_id: 'OP1', user_id: 'root', set_id: 's' };
    const stored = seal(keys, JSON.stringify(one.hashes), { table: 'backup_code_sets', row: Object.values(row) });
    const set = { ...row, hashes: stored } as BackupCodeSets;
    for (const code of one.codes) expect(isInSet(ctx, set, await ctx.hasher.hashWithSalt(code, one.salt))).toBe(true);
    const moved = { ...set, operator_id: 'OP2' };
    expect(isInSet(ctx, moved, await ctx.hasher.hashWithSalt(one.codes[0] ?? '', one.salt))).toBe(false);
    expect(isInSet(ctx, set, await ctx.hasher.hashWithSalt(one.codes[0] ?? '', two.salt))).toBe(false);
  });
});

describe('R31: what a person types', () => {
  it.each([
    'ABCD234U',
    'abcd234u',
    'abcd-234u',
    ' AB CD 23 4U ',
    'a-b-c-d-2-3-4-u',
    'ＡＢＣＤ２３４Ｕ',
    'ABCD\t234U\n',
    'ABCD\u2212234U',
    'abcd\u2013234u\u200b',
    '\u202aAB\u30fcCD\u3000\uff70\uff12\uff13\uff14\uff35\u202c',
  ])('%j is ABCD234U', (typed) => {
    expect(readBackupCode(typed)).toEqual({ code: 'ABCD234U' });
  });

  it('takes every dash and every space of Unicode, and the long-vowel mark', () => {
    const between = Array.from({ length: 0x11000 }, (_, point) => point)
      .filter((point) => point < 0xd800 || point > 0xdfff)
      .map((point) => String.fromCodePoint(point))
      .filter((symbol) => /[\p{Dash}\p{Zs}\p{Zl}\p{Zp}]/u.test(symbol));
    const passed = [...between, 'ー', 'ｰ', '\t', '\r\n', '\u200b', '\ufeff'];
    expect(passed.length).toBeGreaterThan(50);
    expect(passed.filter((symbol) => typeof readBackupCode(`abcd${symbol}234u`) === 'string')).toEqual([]);
  });

  it.each([
    '',
    'ABCD234',
    'ABCD234U6',
    'ABCD23OU',
    'ABCD231U',
    'ABCI234U',
    'ABCL234U',
    'ABC0234U',
    'ABC_234U',
    'ABC.234U',
  ])('%j cannot be a code', (typed) => {
    expect(readBackupCode(typed)).toBe('malformed');
  });
});

describe('the check symbol of a backup code', () => {
  const symbols = codeSymbols.split('');
  const places = [0, 1, 2, 3, 4, 5, 6, 7];
  const isWhole = (code: readonly string[]) => typeof readBackupCode(code.join('')) === 'object';
  /** Whole codes that have every two symbols at every two neighbouring places. */
  const codes = places.slice(0, 7).flatMap((place) =>
    symbols.flatMap((a) =>
      symbols.map((b) => {
        const seven = '7Q4XK9D'
          .split('')
          .with(place, a)
          .with((place + 1) % 7, b);
        return [...seven, checkSymbol(seven.join(''))];
      }),
    ),
  );

  it('notices every wrong symbol, at every place', () => {
    const tried = new Set<string>();
    for (const code of codes.filter((_, i) => i % 5 === 0)) {
      expect(isWhole(code)).toBe(true);
      for (const place of places) {
        for (const wrong of symbols) {
          if (wrong === code[place]) continue;
          tried.add(`${place}${code[place]}${wrong}`);
          if (isWhole(code.with(place, wrong))) expect.fail(`${code.join('')}: ${wrong} at ${place}`);
        }
      }
    }
    expect(tried.size).toBe(8 * 31 * 30);
  });

  it('notices every two symbols that changed places, neighbours or not', () => {
    const neighbours = new Set<string>();
    for (const code of codes) {
      for (const [one, other] of places.flatMap((i) => places.slice(i + 1).map((j) => [i, j] as const))) {
        const [a = '', b = ''] = [code[one], code[other]];
        if (a === b) continue;
        if (other === one + 1) neighbours.add(`${one}${a}${b}`);
        if (isWhole(code.with(one, b).with(other, a))) expect.fail(`${code.join('')}: ${one} and ${other}`);
      }
    }
    expect(neighbours.size).toBe(7 * 31 * 30);
  });

  it('is as often one symbol as another', () => {
    const all = Map.groupBy(codes.slice(0, 31 * 31), (code) => code[7]);
    expect([...all.values()].map((some) => some.length)).toEqual(symbols.map(() => 31));
  });
});
