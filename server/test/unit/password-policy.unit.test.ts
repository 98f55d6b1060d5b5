import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { Failure } from '../../src/failure.ts';
import { assertPasswordSize } from '../../src/users/password.ts';
import { assertAcceptable } from '../../src/users/password-policy.ts';

/** How a password is judged: `accepted`, or the code and the reason (both languages). */
async function judge(password: string, min = 12, words = ['root@example.com', 'OP0000000001']): Promise<string> {
  const ctx = { config: { name: 'Warifu', passwordMinLength: min } } as unknown as Context;
  try {
    await assertAcceptable(ctx, password, words);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reason = error.params.reason as { en: string; ja: string };
    expect(reason.ja).not.toBe('');
    return `${error.code} ${reason.en}`;
  }
}

const varied = (length: number) => Array.from({ length }, (_, i) => 'kT7#wq'[i % 6]).join('');

describe('R01: length', () => {
  it.each([8, 12, 15, 64])('refuses one less than %i and takes %i', async (min) => {
    expect(await judge(varied(min - 1), min)).toBe(`AUM0010 Use at least ${min} characters.`);
    expect(await judge(varied(min), min)).toBe('accepted');
  });
  it('takes 128 characters and 1,024 bytes', async () => {
    expect(await judge(varied(128))).toBe('accepted');
    expect(await judge(varied(1024))).toBe('accepted');
  });
  it('refuses 1,025 bytes, also as few wide characters', async () => {
    expect(await judge(varied(1025))).toBe('COM0001 at most 1,024 bytes');
    expect(await judge('割'.repeat(342))).toBe('COM0001 at most 1,024 bytes');
    expect(() => assertPasswordSize('割'.repeat(341))).not.toThrow();
  });
  it('counts code points, not UTF-16 units', async () => {
    expect(await judge('🔑a🔑b🔑c🔑d')).toBe('AUM0010 Use at least 12 characters.');
    expect(await judge('🔑a🔑b🔑c🔑d🔑e🔑f')).toBe('accepted');
    expect(await judge(`🔑🔒${'🔑'.repeat(13)}`, 15)).toBe('accepted');
  });
  it('counts after NFC: a composed and a decomposed spelling are as long as each other', async () => {
    const composed = 'éàüöïçñéàüö';
    expect([...composed.normalize('NFD')].length).toBeGreaterThan(12);
    expect(await judge(composed.normalize('NFD'))).toBe(await judge(composed));
    expect(await judge(composed)).toBe('AUM0010 Use at least 12 characters.');
  });
});

describe('R03: values that everybody knows', () => {
  it.each(['1qaz2wsx3edc', 'PASSWORD', 'iloveyou', 'Sunshine', 'trustno1'])('refuses %s, in any case', async (word) => {
    for (const spelling of [word, word.toUpperCase(), word.toLowerCase()]) {
      expect(await judge(spelling, 8)).toBe('AUM0010 This password is easy to guess. Choose another.');
    }
  });
  it.each(['aaaaaaaaaaaa', '0123456789:;', 'abcdefghijklm', 'zyxwvutsrqponm', '🔑'.repeat(15)])(
    'refuses the run %s',
    async (run) => {
      expect(await judge(run)).toMatch(/easy to guess/);
    },
  );
  it.each(['root@example.com', 'ROOT@EXAMPLE.COM', 'OP0000000001', 'op0000000001', 'warifuwarifu', 'warifupassword'])(
    'refuses %s, which names the account or the service',
    async (word) => {
      expect(await judge(word)).toMatch(/must not be your email address/);
    },
  );
  it('compares the whole value: a long one may contain a common word', async () => {
    expect(await judge('password kT7#wq sunshine')).toBe('accepted');
  });
  it('has no rule of composition', async () => {
    for (const password of [
      'correct horse battery',
      '割符は二つ合わせて確かめる',
      '   lots of space   ',
      '4908172635104',
    ]) {
      expect(await judge(password)).toBe('accepted');
    }
  });
});
