import type { getWaysBack, listWaysBack, ReplyOf } from '@warifu/contract';

type WaysBack = ReplyOf<typeof getWaysBack>;
export type Way = WaysBack['ways'][number];
export type Level = WaysBack['level'];
type Need = Way['needs'][number];

/** What a line says that a way needs; two needs of which either is enough are one. */
export type NeedWord = Exclude<Need, 'otherUsers'> | 'rootOrSam' | 'starter';

/**
 * The ways that there is something to say about: opened or closed by more than whether MFA is on. Those that are open come
 * first, then those that may be; within them the order of the server stays, which begins with what needs nobody else.
 */
export function shownWays(ways: readonly Way[]): Way[] {
  const told = ways.filter(({ whyNot }) => whyNot !== 'mfaOn' && whyNot !== 'mfaOff');
  return told.toSorted((one, other) => order.indexOf(one.open) - order.indexOf(other.open));
}

const order: readonly Way['open'][] = ['yes', 'perhaps', 'no'];

/** What a way needs, in the words of its line. */
export function needWords({ way, needs }: Way): NeedWord[] {
  return needs.flatMap((need) => {
    if (need === 'otherUsers') return way === 'otherUser' ? [] : ['starter'];
    return [need === 'rootUser' && needs.includes('otherUsers') ? 'rootOrSam' : need];
  });
}

/** Whether the password alone opens the account: to whoever has it. */
export function isPasswordEnough(ways: readonly Way[]): boolean {
  return ways.some(({ way, open }) => way === 'password' && open === 'yes');
}

/** What a person can do about one of its own ways, on the page that deals with it. */
export type OwnAction = 'addPasskey' | 'reviewCodes' | 'testCode';

export function ownActionFor({ way, open, needs, whyNot }: Way): OwnAction | undefined {
  if (way === 'backupCode') return open === 'yes' ? 'testCode' : 'reviewCodes';
  const elsewhere = whyNot === 'noOtherFactor' || needs.includes('otherDevice');
  return elsewhere ? 'addPasskey' : undefined;
}

/** What somebody else can do about the ways of a SAM user. */
export type HelperAction = 'password' | 'whoStarts' | 'whoDisables';

export function helperActionFor({ way, whyNot }: Way): HelperAction | undefined {
  if (whyNot === 'noPassword' || whyNot === 'passwordSuspended' || whyNot === 'locked') return 'password';
  if (way === 'assistedReset') return 'whoStarts';
  return way === 'otherUser' ? 'whoDisables' : undefined;
}

export type UserLevel = ReplyOf<typeof listWaysBack>[number];
export type Levels = ReadonlyMap<string, UserLevel>;

/** Who has no password cannot log in, whatever device is there: no level is told of it. */
export function isAt(user: UserLevel | undefined, level: Level): boolean {
  return user?.level === level && !user.noPassword;
}
