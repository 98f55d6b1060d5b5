import type { getWaysBack, listWaysBack, ReplyOf } from '@warifu/contract';

export type WaysBack = ReplyOf<typeof getWaysBack>;
export type Way = WaysBack['ways'][number];
export type Level = WaysBack['level'];
type Need = Way['needs'][number];

/** What a line says that a way needs; two needs of which either is enough are one. */
export type NeedWord = Exclude<Need, 'otherUsers'> | 'rootOrSam' | 'starter';

/**
 * The ways that there is something to say about: opened or closed by more than whether MFA is on. What needs nobody else
 * comes first, and of that what is open.
 */
export function shownWays(ways: readonly Way[]): Way[] {
  const told = ways.filter(({ whyNot }) => whyNot !== 'mfaOn' && whyNot !== 'mfaOff');
  return told.toSorted((one, other) => rank(one) - rank(other));
}

const rank = ({ way, open }: Way) => order.indexOf(open) + (byOthers.includes(way) ? order.length : 0);
const order: readonly Way['open'][] = ['yes', 'perhaps', 'no'];
const byOthers: readonly Way['way'][] = ['assistedReset', 'otherUser', 'host'];

/** What a way needs, in the words of its line. */
export function needWords({ way, needs }: Way): NeedWord[] {
  return needs.flatMap((need) => {
    if (need === 'otherUsers') return way === 'otherUser' ? [] : ['starter'];
    return [need === 'rootUser' && needs.includes('otherUsers') ? 'rootOrSam' : need];
  });
}

/** What is to be said first: where no factor is asked for, that comes before what a lost device does. */
export function headOf({ level, ways }: WaysBack): Level | 'password' | 'noPassword' {
  const password = ways.find(({ way }) => way === 'password');
  if (password?.open === 'yes') return 'password';
  return password?.whyNot === 'noPassword' ? 'noPassword' : level;
}

/** What a person can do about one of its own ways, on the page that deals with it. */
export type OwnAction = 'addPasskey' | 'reviewCodes' | 'testCode' | 'enableMfa';

export function ownActionFor({ way, open, needs, whyNot }: Way): OwnAction | undefined {
  if (way === 'backupCode') return open === 'yes' ? 'testCode' : 'reviewCodes';
  if (way === 'password' && open === 'yes') return 'enableMfa';
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

/** The level that an address or a field names. */
export function readLevel(value: unknown): Level | undefined {
  return value === 'help' || value === 'unsure' || value === 'alone' ? value : undefined;
}

export type UserLevel = ReplyOf<typeof listWaysBack>[number];
export type Levels = ReadonlyMap<string, UserLevel>;

/** Who has no password cannot log in, whatever device is there: no level is told of it. */
export function isAt(user: UserLevel | undefined, level: Level): boolean {
  return user?.level === level && !user.noPassword;
}
