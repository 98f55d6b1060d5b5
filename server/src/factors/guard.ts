import { assertMayActAs } from '../authorize/escalation.ts';
import type { UserAuthorityChange } from '../change/change.ts';

/**
 * SECURITY: refuses to enrol an authenticator for somebody who may do more than the caller (R57).
 * @throws Failure AUM0024
 */
export async function assertMayEnrol(c: UserAuthorityChange): Promise<void> {
  const { caller } = c.cause;
  if (!caller) return;
  await assertMayActAs(c.db, { ...caller, guardOn: c.operator.row.guard_off_at === null }, c.user.userId);
}
