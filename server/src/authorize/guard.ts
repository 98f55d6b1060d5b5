import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareReach, type PermissionDocument, type ReachComparison, specialiseNames } from '@warifu/policy';
import type { AuthorityChange, UserAuthorityChange } from '../change/change.ts';
import { Failure } from '../failure.ts';
import {
  type Authority,
  authorityOf,
  borrowed,
  type Identity,
  identityBy,
  identityOf,
  type Principal,
} from './authority.ts';
import { parsePermission, sizeOf, type Texts, textsOf, textsOfAll } from './documents.ts';

/**
 * The escalation guard (R57): after a SAM user's change nobody whom it can act as, or come to act as, can do what it
 * could not do before. Whom it can act as: itself and whom it may switch to. Whom it can come to act as: everybody whose
 * means of signing in it may set, so these are refused where that user's authority is not within its own, and nobody is
 * given more than the changing user has. Everything is read under the operator's lock.
 */

/**
 * SECURITY: refuses to hand a SAM user the means to act as a user that may do more than itself: a password, an AuthKey,
 * a factor, a trust policy.
 * @throws Failure AUM0024, AUM0040 when it is too large to compare
 */
export async function assertMayActAs(c: UserAuthorityChange): Promise<void> {
  await assertMayActAsAll(c, [c.user]);
}

/**
 * SECURITY: the same of several users, which somebody weaker could lock out.
 * @throws Failure AUM0024, AUM0040 when one is too large to compare
 */
export async function assertMayActAsAll(c: AuthorityChange, users: readonly Principal[]): Promise<void> {
  const caller = guardedCaller(c);
  const others = users.filter(
    ({ operatorId, userId }) => caller?.operatorId !== operatorId || caller.userId !== userId,
  );
  if (!caller || others.length === 0) return;
  const own = await authorityOfCaller(c, caller);
  for (const user of others) {
    const target = await authorityOf(c.db, user);
    if (!target.complete) throw new Failure('AUM0040');
    for (const identity of furtherThan(own, target)) await assertWithin(caller, own, identity, []);
  }
}

/**
 * SECURITY: makes a change of permissions, and takes it back when it would allow an affected user what neither that
 * user had before nor the changing SAM user has itself.
 * @param affected keys of the users whose permissions the change touches
 * @throws Failure AUM0024, AUM0040
 */
export async function changeWithinOwnReach(
  c: AuthorityChange,
  affected: readonly Principal[],
  work: () => Promise<void>,
): Promise<void> {
  const caller = guardedCaller(c);
  if (!caller) return await work();
  const own = await authorityOfCaller(c, caller);
  const before = await textsOfThem(c, affected);
  await work();
  const after = await textsOfThem(c, affected);
  if (sizeOfAll(before) + sizeOfAll(after) > mostCharacters) throw new Failure('AUM0040');
  for (const user of affected) {
    const had = await identityBy(user, before.get(user.userId));
    await assertWithin(caller, own, await identityBy(user, after.get(user.userId)), [had.documents]);
  }
}

// SECURITY: many users with many large roles must not stop this server, nor fill its memory: texts are read for all, but
// parsed for one user at a time.
const mostCharacters = 8 * 1024 * 1024;

function sizeOfAll(texts: ReadonlyMap<string, Texts>): number {
  return [...texts.values()].reduce((sum, one) => sum + sizeOf(one), 0);
}

/** By user ID, in one statement for one and in two for many. */
async function textsOfThem(c: AuthorityChange, users: readonly Principal[]): Promise<ReadonlyMap<string, Texts>> {
  const { operatorId } = c.operator;
  const [first, ...others] = users;
  if (!first) return new Map();
  if (others.length > 0) {
    const wanted = new Set(users.map(({ userId }) => userId));
    return new Map([...(await textsOfAll(c.db, operatorId))].filter(([userId]) => wanted.has(userId)));
  }
  const texts = await textsOf(c.db, operatorId, first.userId);
  return new Map(texts ? [[first.userId, texts]] : []);
}

/**
 * SECURITY: refuses a new user whose very name the default permissions favour: whoever creates it could take it over.
 * @throws Failure AUM0024, AUM0040
 */
export async function assertNameNotFavoured(c: AuthorityChange, userName: string): Promise<void> {
  const caller = guardedCaller(c);
  const { default_permissions: defaults } = c.operator.row;
  if (!caller || defaults === '') return;
  const document = parsePermission(defaults);
  const named = { operatorId: caller.operatorId, documents: [specialiseNames(document, userName)] };
  await assertWithin(caller, await authorityOfCaller(c, caller), named, [[specialiseNames(document, undefined)]]);
}

/** The SAM user whom the guard binds; root users, hosts and operators that switched it off are not bound. */
function guardedCaller(c: AuthorityChange) {
  const { caller } = c.cause;
  return caller && caller.userName !== '' && c.operator.row.guard_off_at === null ? caller : undefined;
}

type GuardedCaller = NonNullable<ReturnType<typeof guardedCaller>>;

/** SECURITY: a borrowed session is worth what was borrowed, and not whom that user may switch to. */
async function authorityOfCaller(c: AuthorityChange, caller: GuardedCaller): Promise<Authority> {
  if (caller.originPrincipal === undefined) return await authorityOf(c.db, caller);
  return { itself: borrowed(await identityOf(c.db, caller), caller.userName), edges: [], complete: true };
}

type Documents = readonly PermissionDocument[];

/** Other work goes on after each comparison. */
async function assertWithin(
  caller: GuardedCaller,
  own: Authority,
  identity: Identity,
  also: readonly Documents[],
): Promise<void> {
  const comparison = compareWithAuthority(own, identity, also);
  await nextTurn();
  if (comparison === 'too large') throw new Failure('AUM0040');
  if (comparison === 'not covered') throw new Failure('AUM0024', { userName: caller.userName });
}

/**
 * Whether everything that an identity may do, an authority may do too, or one of `also` may.
 * Ways in that a condition guards do not count: it may not hold when it matters.
 */
export function compareWithAuthority(own: Authority, identity: Identity, also: readonly Documents[]): ReachComparison {
  const identities = [own.itself, ...own.edges.filter((edge) => edge.unconditional)];
  const wides = identities.filter(({ operatorId }) => operatorId === identity.operatorId);
  return compareReach([...also, ...wides.map(({ documents }) => documents)], identity.documents);
}

/**
 * What a target can act as that an authority cannot by the very same way. A condition may let the target in at some
 * time, so it counts.
 */
export function furtherThan(own: Authority, target: Authority): Identity[] {
  const ways = new Set(own.edges.map(({ way }) => way));
  return [target.itself, ...target.edges.filter(({ way }) => !ways.has(way) && !ways.has(unconditional(way)))];
}

function unconditional(way: string): string {
  const [operatorId, userId] = JSON.parse(way) as string[];
  return JSON.stringify([operatorId, userId, '']);
}
