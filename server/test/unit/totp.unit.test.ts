import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { matchingStep, newSeed, totpUri } from '../../src/factors/totp.ts';

/** Base32 of the ASCII seed `12345678901234567890` of both RFCs. */
const rfcSeed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** The step of a code at a time in seconds. */
function stepAt(seconds: number, seed: string, code: string, lastStep = 0) {
  return matchingStep(seed, lastStep, seconds * 1000, code);
}

describe('R18: the codes of the RFCs', () => {
  const hotp = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
  it.each(hotp.map((code, count) => [count, code] as const))('RFC 4226 App. D, count %i is %s', (count, code) => {
    expect(stepAt(count * 30, rfcSeed, code, Math.max(0, count - 1))).toBe(count);
  });

  // The last six digits of the eight that RFC 6238 App. B prints for SHA-1.
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('RFC 6238 App. B, SHA-1 at %i s is %s', (seconds, code) => {
    expect(stepAt(seconds, rfcSeed, code)).toBe(Math.floor(seconds / 30));
    expect(
      stepAt(
        seconds,
        rfcSeed,
        code.replace(/.$/, (d) => String((Number(d) + 1) % 10)),
      ),
    ).toBe(undefined);
  });
});

describe('R19: the window', () => {
  const now = 1_800_000_015;
  const step = Math.floor(now / 30);
  const seed = newSeed();
  const codeOf = (offset: number) => generateSync({ secret: seed, epoch: now + offset * 30 });

  it.each([-1, 0, 1])('takes the code of step t%i', (offset) => {
    expect(stepAt(now, seed, codeOf(offset))).toBe(step + offset);
  });
  it.each([-3, -2, 2, 3, 100])('refuses the code of step t%i', (offset) => {
    expect(stepAt(now, seed, codeOf(offset))).toBeUndefined();
  });
  it.each([0, 29])('has the same window at second %i of a step', (second) => {
    const start = step * 30 + second;
    const accepted = [-2, -1, 0, 1, 2].filter((o) => stepAt(start, seed, codeOf(o)) !== undefined);
    expect(accepted).toEqual([-1, 0, 1]);
  });
  it('refuses step t once t+1 was used, and t+1 itself', () => {
    const used = step + 1;
    expect([-1, 0, 1].map((offset) => stepAt(now, seed, codeOf(offset), used))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(stepAt(now + 30, seed, codeOf(2), used)).toBe(step + 2);
  });
  it('accepts nothing when the clock went back behind the last step', () => {
    expect(stepAt(now, seed, codeOf(0), step + 20)).toBeUndefined();
  });
});

describe('R22: the seed', () => {
  it('has 160 bits, in base32 without padding, and is another one each time', () => {
    const seeds = Array.from({ length: 200 }, newSeed);
    for (const seed of seeds) expect(seed).toMatch(/^[A-Z2-7]{32}$/);
    expect(new Set(seeds).size).toBe(200);
  });
  it('reads back from the URI, whatever the account is called', () => {
    const seed = newSeed();
    const url = new URL(totpUri(seed, { issuer: 'Warifu', account: 'a+b/割@example.com' }));
    expect([url.protocol, url.host]).toEqual(['otpauth:', 'totp']);
    expect(decodeURIComponent(url.pathname)).toBe('/Warifu:a+b/割@example.com');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      secret: seed,
      issuer: 'Warifu',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
