import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { assertPasswordSize } from './password.ts';

const reasons = {
  short: (min: number) => ({ en: `Use at least ${min} characters.`, ja: `${min} 文字以上で入力してください。` }),
  common: {
    en: 'This password is easy to guess. Choose another.',
    ja: '推測されやすいパスワードです。別のパスワードにしてください。',
  },
  context: {
    en: 'It must not be your email address, user name or the name of this service.',
    ja: 'メールアドレス、ユーザー名、サービス名と同じパスワードは使用できません。',
  },
  same: {
    en: 'It is the current password. Choose another.',
    ja: '現在のパスワードと同じです。別のパスワードにしてください。',
  },
};

/**
 * Refuses the old password as the new one, where somebody else may know the old one.
 * @throws Failure AUM0010
 */
export function assertOther(current: string, next: string): void {
  if (current.normalize('NFC') === next.normalize('NFC')) throw new Failure('AUM0010', { reason: reasons.same });
}

/**
 * Checks a new password: length in code points, and not a common or obvious value. There is no rule of composition
 * (NIST SP 800-63B-4 §3.1.1.2).
 * @param words values that must not be the password: e-mail address, operator ID, user name
 * @throws Failure AUM0010 with the reason, COM0001 when it is longer than 1,024 bytes
 */
export async function assertAcceptable(ctx: Context, password: string, words: string[], field?: string): Promise<void> {
  assertPasswordSize(password, field);
  const normal = password.normalize('NFC');
  const min = ctx.config.passwordMinLength;
  if ([...normal].length < min) throw new Failure('AUM0010', { reason: reasons.short(min) });
  const lower = normal.toLowerCase();
  if (contextWords([...words, ctx.config.name]).has(lower)) throw new Failure('AUM0010', { reason: reasons.context });
  if (isRun(lower) || (await commonPasswords()).has(lower)) throw new Failure('AUM0010', { reason: reasons.common });
}

function contextWords(words: string[]): Set<string> {
  const all = [...words, ...words.map((word) => word.split('@')[0] ?? ''), 'warifu'];
  const once = all.map((word) => word.toLowerCase()).filter((word) => word !== '');
  return new Set(once.flatMap((word) => [word, word + word, `${word}password`, `password${word}`]));
}

/** One character repeated, or each character the successor of the one before. */
function isRun(text: string): boolean {
  const points = [...text].map((c) => c.codePointAt(0) ?? 0);
  const step = (points[1] ?? 0) - (points[0] ?? 0);
  if (Math.abs(step) > 1) return false;
  return points.every((point, i) => i === 0 || point - (points[i - 1] ?? 0) === step);
}

let loaded: Promise<Set<string>> | undefined;

/** About 90,000 passwords and words of known leaks, loaded at first use: they cost memory and start-up time. */
function commonPasswords(): Promise<Set<string>> {
  loaded ??= loadCommon();
  return loaded;
}

async function loadCommon(): Promise<Set<string>> {
  const packs = await Promise.all([
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
    import('@zxcvbn-ts/language-ja'),
  ]);
  const lists = packs.flatMap((pack) => Object.values(pack.dictionary) as (readonly (string | number)[])[]);
  return new Set(lists.flatMap((list) => list.map((word) => String(word).toLowerCase())));
}
