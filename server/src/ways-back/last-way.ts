import type { UserChange } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { factsOfUsers } from './facts.ts';
import { levelOf, ownWays, type Way } from './model.ts';

/**
 * Does what takes something away that a user gets in by, and refuses it when the user would then depend on others, unless
 * that was confirmed. What was done is judged, so nothing has to be foreseen; a refusal leaves nothing of it.
 * @throws Failure MFA0037 with the ways that would be lost
 */
export async function keepingAWayBack(c: UserChange, confirmed: boolean, work: () => Promise<void>): Promise<void> {
  const before = await openWays(c);
  await work();
  const after = await openWays(c);
  if (confirmed || levelOf(before) === 'help' || levelOf(after) !== 'help') return;
  const lost = before.map(({ way }) => names[way]);
  throw new Failure('MFA0037', {
    ways: { en: lost.map(({ en }) => en).join(', '), ja: lost.map(({ ja }) => ja).join('、') },
  });
}

async function openWays({ db, now, user }: UserChange): Promise<Way[]> {
  const [known] = await factsOfUsers(db, now, user.operatorId, user.userId);
  return known ? ownWays(known.facts).filter(({ open }) => open !== 'no') : [];
}

/** Those that need nobody else can be lost; the others are only here so that every way has a name. */
const names: Record<Way['way'], { en: string; ja: string }> = {
  password: { en: 'the password alone', ja: 'パスワードのみ' },
  factor: { en: 'another factor', ja: 'ほかの要素' },
  passkey: { en: 'a passkey alone', ja: 'パスキーのみ' },
  backupCode: { en: 'a backup code', ja: 'バックアップコード' },
  assistedReset: { en: 'a reset by the user', ja: '本人によるリセット' },
  otherUser: { en: 'another user', ja: 'ほかのユーザー' },
  host: { en: 'the host', ja: 'ホスト' },
};
