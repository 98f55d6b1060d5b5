import type { AuthorityChange, UserAuthorityChange } from '../change/change.ts';
import { assertMayActAs as mayActAs } from './escalation.ts';

/**
 * SECURITY: refuses to hand a SAM user the means to act as a user that may do more than itself (R57).
 * @throws Failure AUM0024
 */
export async function assertMayActAs(c: UserAuthorityChange): Promise<void> {
  const { caller } = c.cause;
  if (!caller) return;
  await mayActAs(c.db, { ...caller, guardOn: c.operator.row.guard_off_at === null }, c.user.userId);
}

/** Refuses a new user whose name a trust policy or a condition favours; not looked at yet. */
export async function assertNameNotFavoured(_c: AuthorityChange, _userName: string): Promise<void> {}
