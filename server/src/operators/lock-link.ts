import type { UserChange } from '../change/change.ts';
import { limits } from '../limits.ts';
import { issueMailToken, newestLink } from '../links/links.ts';

/**
 * Makes the link of a notice that cancels what it tells of and locks the account; see `recovery/lock.ts`.
 * @param address primary address that it brings back
 */
export async function newLockLink({ db, ctx, now, user }: UserChange, address?: string): Promise<string> {
  const { operatorId, userId, row } = user;
  // Of two links the older one outranks the newer one, so no two are of one instant.
  const createdAt = Math.max(now, (await newestLink(db, now, operatorId, 'account_lock')) + 1);
  const token = await issueMailToken(db, ctx, {
    operatorId,
    userId,
    credentialVersion: row.credential_version,
    purpose: 'account_lock',
    createdAt,
    expiresAt: now + limits.lock.linkLife,
    ...(address !== undefined && { address }),
  });
  return `${ctx.config.baseUrl}/account/lock#${token}`;
}
