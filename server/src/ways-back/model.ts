import type { WayBack, WayBackLevel } from '@warifu/contract';
import type { Static } from 'typebox';

export type Way = Static<typeof WayBack>;
export type Level = Static<typeof WayBackLevel>;
type Need = Way['needs'][number];
type WhyNot = NonNullable<Way['whyNot']>;

/** What is known of a person: all that the answer rests on, beside who may help. */
export type Facts = {
  readonly isRoot: boolean;
  readonly password: 'usable' | 'none' | 'suspended' | 'locked';
  readonly mfaActive: boolean;
  readonly factors: readonly Factor[];
  readonly codes: 'none' | 'frozen' | 'unstored' | 'stored';
  /** No MFA reset by mail for now. */
  readonly held: boolean;
  /** MFA is required of it by now: without it a session can only enrol. */
  readonly mustEnrol: boolean;
};

type Factor = {
  readonly kind: 'authenticator_app' | 'passkey';
  /** Kept in step between devices; of an authenticator app the server cannot know it. */
  readonly synced: boolean;
  readonly suspended: boolean;
};

/** Who may help a SAM user beside the root user, who always may. Of conditions nobody knows how they turn out. */
export type Helpers = {
  /** Other SAM users that may switch the user's MFA off: some for sure, some perhaps. */
  readonly others: Odds;
  /** Somebody may start an assisted reset, and somebody else approve it where that is asked for. */
  readonly assisted: Odds;
  readonly secondPerson: boolean;
  /** Somebody may help, by one of both, although the root user does not. */
  readonly withoutRoot: Odds;
  /** The root user is in quarantine: it can switch nobody's MFA off, nor set a password, until that is over. */
  readonly rootWaits: boolean;
};

export type Odds = Way['open'];

/**
 * The ways to get in when the device with the factor is gone. Which device that is nobody told the server: a factor that
 * is in one device counts as gone, and two of them may be in one device or in two.
 */
export function waysBack(facts: Facts, helpers: Helpers | undefined): Way[] {
  return [
    ...ownWays(facts),
    ...(helpers ? [assistedReset(facts, helpers), otherUser(facts, helpers)] : hostWay(facts)),
  ];
}

/** Whether anything is left that needs nobody else. Somebody can always help: the root user, or the host for that one. */
export function levelOf(ways: readonly Way[]): Level {
  const own = ways.filter(({ way }) => !byOthers.includes(way));
  if (own.some(({ open }) => open === 'yes')) return 'alone';
  return own.some(({ open }) => open === 'perhaps') ? 'unsure' : 'help';
}

/** Whether a person that has all its devices signs in, as one who is to help another must. */
export function signsIn({ password: state, mfaActive, factors }: Facts): Odds {
  if (!mfaActive) return state === 'usable' ? 'yes' : 'no';
  const left = factors.filter(({ suspended }) => !suspended);
  if (state === 'usable') return left.length > 0 ? 'yes' : 'no';
  return state === 'suspended' && left.some(({ kind }) => kind === 'passkey') ? 'perhaps' : 'no';
}

/** Whether another user than the root user gets a person in again; without a password only the root user can. */
export function isHelped({ password: state }: Facts, { withoutRoot }: Helpers): boolean {
  return state === 'usable' && withoutRoot !== 'no';
}

const byOthers: readonly Way['way'][] = ['assistedReset', 'otherUser', 'host'];

/** The ways that need nobody else. */
export function ownWays(facts: Facts): Way[] {
  return [password(facts), factor(facts), passkey(facts), ...(facts.isRoot ? [backupCode(facts)] : [])];
}

function password(facts: Facts): Way {
  if (facts.mfaActive) return closed('password', 'mfaOn');
  return withPassword(facts, open('password', 'yes', facts.mustEnrol ? ['enrolment'] : []));
}

function factor(facts: Facts): Way {
  if (!facts.mfaActive) return closed('factor', 'mfaOff');
  const left = usable(facts);
  if (left.some(({ synced }) => synced)) return withPassword(facts, open('factor', 'yes', ['syncedPasskey']));
  if (left.length > 0 && mayBeElsewhere(facts)) return withPassword(facts, open('factor', 'perhaps', ['otherDevice']));
  return closed('factor', 'noOtherFactor');
}

/** Alone it is a sign-in only if its device asks for a PIN or a fingerprint, which is not known beforehand (R34). */
function passkey(facts: Facts): Way {
  if (!facts.mfaActive) return closed('passkey', 'mfaOff');
  const keys = usable(facts).filter(({ kind }) => kind === 'passkey');
  const synced = keys.some((key) => key.synced);
  if (!synced && (keys.length === 0 || !mayBeElsewhere(facts))) return closed('passkey', 'noOtherFactor');
  const needs: Need[] = [synced ? 'syncedPasskey' : 'otherDevice', 'deviceUnlock'];
  const way = open('passkey', 'perhaps', needs);
  // A suspended password is no lock: the passkey stands beside it.
  if (facts.password === 'usable' || facts.password === 'suspended') return way;
  return renewed(facts, way);
}

function backupCode(facts: Facts): Way {
  if (!facts.mfaActive) return closed('backupCode', 'mfaOff');
  if (facts.codes === 'none') return closed('backupCode', 'noCodes');
  if (facts.codes === 'frozen') return closed('backupCode', 'codesFrozen');
  // The password that a mailed link sets holds the reset for a day.
  const wait = facts.held || facts.password !== 'usable';
  const stored = facts.codes === 'stored';
  const needs: Need[] = ['mailbox', stored ? 'backupCode' : 'storedCodes', ...(wait ? (['wait'] as const) : [])];
  return withPassword(facts, open('backupCode', stored ? 'yes' : 'perhaps', needs));
}

function assistedReset(facts: Facts, { assisted, secondPerson }: Helpers): Way {
  if (!facts.mfaActive) return closed('assistedReset', 'mfaOff');
  if (facts.password !== 'usable') return closed('assistedReset', whyUnusable[facts.password]);
  if (assisted === 'no') return closed('assistedReset', 'nobody');
  return open('assistedReset', assisted, ['password', 'otherUsers', ...(secondPerson ? (['approver'] as const) : [])]);
}

/** Somebody switches MFA off; the root user sets a new password as well. */
function otherUser(facts: Facts, { others, rootWaits }: Helpers): Way {
  const wait: Need[] = rootWaits ? ['wait'] : [];
  if (facts.password !== 'usable') return open('otherUser', 'yes', ['rootUser', ...wait]);
  if (!facts.mfaActive) return closed('otherUser', 'mfaOff');
  if (others === 'no') return open('otherUser', 'yes', ['password', 'rootUser', ...wait]);
  // Somebody who helps for sure need not wait.
  return open('otherUser', 'yes', ['password', 'rootUser', 'otherUsers', ...(others === 'yes' ? [] : wait)]);
}

function hostWay(facts: Facts): Way[] {
  if (!facts.mfaActive) return [closed('host', 'mfaOff')];
  return [withPassword(facts, open('host', 'yes', ['hostShell', 'wait']))];
}

/** Of several factors that are in devices, some may be in another device than the lost one; suspended ones were in one too. */
function mayBeElsewhere({ factors }: Facts): boolean {
  return factors.filter(({ synced }) => !synced).length > 1;
}

function usable({ factors }: Facts): Factor[] {
  return factors.filter(({ suspended }) => !suspended);
}

/** The way if the password that it takes is there, or can be set anew. */
function withPassword(facts: Facts, way: Way): Way {
  if (facts.password === 'usable') return { ...way, needs: ['password', ...way.needs] };
  return renewed(facts, way);
}

/** A root user sets a new password by mail, which also ends a lock; a SAM user has nobody but others for it. */
function renewed({ isRoot, password: state }: Facts, way: Way): Way {
  if (isRoot) return { ...way, needs: [...new Set<Need>(['mailbox', ...way.needs])] };
  return closed(way.way, state === 'usable' ? 'noPassword' : whyUnusable[state]);
}

const whyUnusable = { none: 'noPassword', suspended: 'passwordSuspended', locked: 'locked' } as const;

function open(way: Way['way'], odds: 'yes' | 'perhaps', needs: Need[]): Way {
  return { way, open: odds, needs };
}

function closed(way: Way['way'], whyNot: WhyNot): Way {
  return { way, open: 'no', needs: [], whyNot };
}
