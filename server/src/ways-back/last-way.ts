import { isDeepStrictEqual } from 'node:util';
import type { CallingUser } from '../change/cause.ts';
import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { Failure } from '../failure.ts';
import type { Known } from './facts.ts';
import { helpersOf, type Office, officeOf } from './helpers.ts';
import { isHelped, type Level, levelOf, ownWays, type Way } from './model.ts';

/** What is worse for a person after an act: how it gets in alone, who helps it, what is mailed to it. */
type Loss = { readonly person: Known; readonly what: 'alone' | 'certain' | 'helper' | 'address' };

type Watcher = {
  readonly caller: CallingUser;
  /** Whether the caller may see how the users of its operator get in, and so be told their names. */
  readonly seesUsers: (db: Db) => Promise<boolean>;
};

/**
 * Compares how the people of an operator get in before and after an act, and refuses the act when that is worse for
 * anybody. What was done is judged, whatever it was, so nothing has to be foreseen; a refusal leaves nothing of it.
 * @returns the `watch` of a cause, which throws MFA0037 with the people concerned, where the caller may know them
 */
export function watchWaysBack(ctx: Context, watcher: Watcher) {
  return async (db: Db, operatorId: string) => {
    const at = ctx.now();
    const before = await officeOf(db, at, operatorId);
    return async (changed: Db) => {
      const losses = await lossesBetween(before, await officeOf(changed, at, operatorId));
      if (losses.length === 0) return;
      const others = losses.some(({ person }) => person.userId !== watcher.caller.userId);
      throw refusalOf(losses, before, watcher.caller, others && (await watcher.seesUsers(changed)));
    };
  };
}

/** Of two looks at an operator: what is worse for whom. */
export async function lossesBetween(before: Office, after: Office): Promise<Loss[]> {
  if (isDeepStrictEqual(before, after)) return [];
  const losses: Loss[] = [];
  for (const person of after.people) {
    const was = before.people.find(({ userId }) => userId === person.userId);
    if (was) losses.push(...(await lossesOf([before, was], [after, person])));
  }
  return losses;
}

type Moment = readonly [office: Office, person: Known];

async function lossesOf(before: Moment, after: Moment): Promise<Loss[]> {
  const [[, was], [, person]] = [before, after];
  const [from, to] = [levelIn(was), levelIn(person)];
  const loss = (what: Loss['what']) => [{ person, what }];
  if (ranks[to] < ranks[from]) return loss(to === 'help' ? 'alone' : 'certain');
  // Who gets in alone needs nobody; the root user helps SAM users, and the host helps that one.
  if (to === 'alone' || person.userId === rootId) return [];
  if (was.hasAddress && !person.hasAddress) return loss('address');
  return !(await helped(after)) && (await helped(before)) ? loss('helper') : [];
}

const ranks: Record<Level, number> = { help: 0, unsure: 1, alone: 2 };

function levelIn({ facts }: Known): Level {
  return levelOf(ownWays(facts));
}

async function helped([office, person]: Moment): Promise<boolean> {
  return isHelped(person.facts, await helpersOf(office, person));
}

/** SECURITY: who may not see the users of its operator is told that it concerns somebody else, not whom. */
function refusalOf(losses: readonly Loss[], before: Office, caller: CallingUser, named: boolean): Failure {
  const others = losses.filter(({ person }) => person.userId !== caller.userId);
  const kinds = [...new Set(losses.map(({ what }) => what))];
  const ways = losses.flatMap(({ person, what }) => (what === 'alone' ? openBefore(before, person) : []));
  const sentences = kinds.map((what) => wordsOf(what, [...new Set(ways)]));
  return new Failure('MFA0037', {
    who: whoIs(others.length, others.length < losses.length),
    lost: { en: sentences.map(({ en }) => en).join(' '), ja: sentences.map(({ ja }) => ja).join('') },
    ...(named && { userNames: others.map(({ person }) => person.userName).join(', ') }),
  });
}

function openBefore({ people }: Office, { userId }: Known): Way['way'][] {
  const facts = people.find((one) => one.userId === userId)?.facts;
  return facts ? ownWays(facts).flatMap(({ way, open }) => (open === 'no' ? [] : [way])) : [];
}

function whoIs(others: number, itself: boolean): Record<'en' | 'ja', string> {
  const [en, ja] = [others === 1 ? 'a user' : `${others} users`, `ユーザー ${others} 人`];
  if (others === 0) return { en: 'you', ja: 'ご自身' };
  return itself ? { en: `you and ${en}`, ja: `ご自身と${ja}` } : { en, ja };
}

function wordsOf(what: Loss['what'], ways: readonly Way['way'][]): Record<'en' | 'ja', string> {
  const lost = ways.map((way) => names[way]);
  const [en, ja] = [lost.map((name) => name.en).join(', '), lost.map((name) => name.ja).join('、')];
  return {
    alone: {
      en: `No way in is left that needs no help (until now: ${en}).`,
      ja: `ほかの人に頼らずにログインする最後の方法 (${ja}) がなくなります。`,
    },
    certain: {
      en: 'No certain way in is left that needs no help.',
      ja: 'ほかの人に頼らずに確実にログインできる方法がなくなります。',
    },
    helper: {
      en: 'Nobody but the root user can help any more.',
      ja: '助けられる人がルートユーザーだけになります。',
    },
    address: {
      en: 'No link for a reset can be mailed any more.',
      ja: 'リセット用の URL をメールで送れなくなります。',
    },
  }[what];
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
