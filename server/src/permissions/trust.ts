import { principalOf } from '@warifu/contract';
import { assertMayActAs } from '../authorize/guard.ts';
import { parseTrustPolicy, readTrustPolicy } from '../authorize/trust-policy.ts';
import type { Cause } from '../change/cause.ts';
import { describe, nameOf, notify, type UserAuthorityChange } from '../change/change.ts';
import { assertUnchanged } from '../change/etag.ts';
import type { Db } from '../db/database.ts';
import { endSwitchedSessions } from '../sessions/sessions.ts';
import { updateUser } from '../users/credentials.ts';
import { changeSamUser, type UserPath } from '../users/users.ts';

type UserKey = { readonly operatorId: string; readonly userId: string };

/**
 * Says who may switch to a SAM user; null lets nobody. Sessions that were switched to it before end (R62).
 * SECURITY: names are resolved now; a later user of a name is not meant. A name that is not there means nobody, and
 * the answer does not tell, because it may be another operator's.
 * @throws Failure AUM0031, COM0404, COM0412, AUM0024 when the user may do more than the changer
 */
export async function setTrustPolicy(
  cause: Cause,
  params: UserPath,
  text: string | null,
  ifMatch?: string,
): Promise<void> {
  if (text !== null) parseTrustPolicy(text);
  await changeSamUser(cause, params, async (c) => {
    describe(c, { target: nameOf(c.user.userName) });
    assertUnchanged(ifMatch, c.user.row.trust_policy ?? '');
    if (text !== null) await assertMayActAs(c);
    await updateUser(c, { trust_policy: text, updated_at: c.now });
    await storePrincipals(c, text);
    await endSwitchedSessions(c);
    if (text !== null) notify(c, 'trust_policy_changed', { userName: c.user.userName });
  });
}

async function storePrincipals(c: UserAuthorityChange, text: string | null): Promise<void> {
  const { operatorId, userId } = c.user;
  await c.db
    .deleteFrom('trusted_principals')
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .execute();
  for (const [statement, { principals }] of readTrustPolicy(text).entries()) {
    for (const srn of new Set(principals.map((principal) => principal.text))) {
      const principal = await resolve(c.db, srn);
      if (!principal) continue;
      const named = { principal_operator_id: principal.operatorId, principal_user_id: principal.userId };
      const row = { operator_id: operatorId, user_id: userId, statement, ...named };
      await c.db.insertInto('trusted_principals').values(row).execute();
    }
  }
}

async function resolve(db: Db, srn: string): Promise<UserKey | undefined> {
  const { operatorId, userName } = principalOf(srn);
  const row = await db
    .selectFrom('users')
    .select('user_id')
    .where('operator_id', '=', operatorId)
    .where('user_name', '=', userName)
    .executeTakeFirst();
  return row && { operatorId, userId: row.user_id };
}
