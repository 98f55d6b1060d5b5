import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { seal } from '../../src/crypto/sealed.ts';
import type { BackupCodeSets } from '../../src/db/schema.ts';
import { isInSet, makeCodes, normaliseCode } from '../../src/factors/backup-codes.ts';
import { limits } from '../../src/limits.ts';
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
    expect(limits.codes.alphabet).toHaveLength(31);
    for (const symbol of '01ILO') expect(limits.codes.alphabet).not.toContain(symbol);
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
    'ABCD2345',
    'abcd2345',
    'abcd-2345',
    ' AB CD 23 45 ',
    'a-b-c-d-2-3-4-5',
    'ＡＢＣＤ２３４５',
    'ABCD\t2345\n',
    'ABCD\u22122345',
    'abcd\u20132345\u200b',
    '\u202aAB\u30fcCD\u3000\uff70\uff12\uff13\uff14\uff15\u202c',
  ])('%j is ABCD2345', (typed) => {
    expect(normaliseCode(typed)).toBe('ABCD2345');
  });
  it.each([
    '',
    'ABCD234',
    'ABCD23456',
    'ABCD234O',
    'ABCD2341',
    'ABCDI345',
    'ABCDL345',
    'ABCD0345',
    'ABCD_345',
    'ABCD.2345',
  ])('%j cannot be a code', (typed) => {
    expect(normaliseCode(typed)).toBeUndefined();
  });
});
