import type { UserChange } from '../change/change.ts';
import type { Expiring } from '../context.ts';
import { hashSecret, newSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import { inSlices } from '../db/slices.ts';
import { limits } from '../limits.ts';

const { device } = limits;

type Owner = { readonly operatorId: string; readonly userId: string };

/** Whether a browser was met before, and the secrets that it keeps from now on, the account's own first. */
export type Met = { readonly known: boolean; readonly secrets: readonly string[] };

/**
 * Looks whether a browser that signs in is known to the account; an unknown one is from now on. It opens nothing: a
 * known device is only not told about.
 *
 * SECURITY: a secret is made here and bound to one account, so what somebody else put into a browser is never taken,
 * and accounts that share a browser cannot be told to be one person's. Nothing but the hash and two times is kept.
 * @param held what the browser keeps, of whatever accounts
 */
export async function meetDevice(c: UserChange, held: readonly string[]): Promise<Met> {
  const { db, now, user } = c;
  for (const secret of held) {
    const seen = await db
      .updateTable('known_devices')
      .set({ last_seen_at: now })
      .where('operator_id', '=', user.operatorId)
      .where('user_id', '=', user.userId)
      .where('device_hash', '=', hashOf(user, secret))
      .where('last_seen_at', '>', now - device.life)
      .executeTakeFirst();
    if (seen.numUpdatedRows === 1n)
      return { known: true, secrets: [secret, ...held.filter((other) => other !== secret)] };
  }
  const secret = newSecret();
  await forgetOldest(c);
  const key = { operator_id: user.operatorId, user_id: user.userId, device_hash: hashOf(user, secret) };
  await db
    .insertInto('known_devices')
    .values({ ...key, last_seen_at: now })
    .execute();
  return { known: false, secrets: [secret, ...held].slice(0, device.perBrowser) };
}

/** Forgets every browser of a user, after somebody else may have signed in: the next sign-in of each is told. */
export async function forgetDevices({ db, user }: UserChange): Promise<void> {
  await ofUser(db, user).execute();
}

/** Makes room for one more: browsers that keep no cookies would add a row with every sign-in. */
async function forgetOldest({ db, user }: UserChange): Promise<void> {
  const rest = db
    .selectFrom('known_devices')
    .select('device_hash')
    .where('operator_id', '=', user.operatorId)
    .where('user_id', '=', user.userId)
    .orderBy('last_seen_at', 'desc')
    .limit(device.perUser)
    .offset(device.perUser - 1);
  await ofUser(db, user).where('device_hash', 'in', rest).execute();
}

function ofUser(db: Db, { operatorId, userId }: Owner) {
  return db.deleteFrom('known_devices').where('operator_id', '=', operatorId).where('user_id', '=', userId);
}

/** The secret has full entropy, so the hash needs no key, which a rotation would take away. */
function hashOf({ operatorId, userId }: Owner, secret: string): string {
  return hashSecret(`device:${operatorId}/${userId}:${secret}`);
}

/** A browser that did not come back for long is a new one. */
export const expiredDevices: Expiring = {
  table: 'known_devices',
  remove: ({ db }, at) =>
    inSlices((atMost) =>
      db
        .deleteFrom('known_devices')
        .where('last_seen_at', '<=', at - device.life)
        .where((eb) => {
          const over = eb
            .selectFrom('known_devices')
            .select(['operator_id', 'user_id', 'device_hash'])
            .where('last_seen_at', '<=', at - device.life)
            .limit(atMost);
          return eb(
            eb.refTuple('operator_id', 'user_id', 'device_hash'),
            'in',
            over.$asTuple('operator_id', 'user_id', 'device_hash'),
          );
        })
        .executeTakeFirst(),
    ),
  bringBack: (db, now) =>
    db.updateTable('known_devices').set({ last_seen_at: now }).where('last_seen_at', '>', now).execute(),
};
