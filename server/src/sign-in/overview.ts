import type { Context } from '../context.ts';
import type { Db } from '../db/database.ts';
import { rootId } from '../db/schema.ts';
import { deliveryState } from '../mail/delivery-state.ts';
import { listEmails } from '../operators/emails.ts';
import { resetsFor } from '../recovery/assisted-case.ts';
import type { Session } from '../sessions/live.ts';
import { isPerson } from '../sessions/proofs.ts';
import { listAuthKeys } from '../users/auth-keys.ts';
import { listSignInsOf } from './history.ts';

const latest = 5;

/**
 * What whoever is signed in should look at: its last sign-ins and AuthKeys; for the root user also what the operator
 * rests on. A borrowed session is not told of its owner's sign-ins. Each part reads a bounded number of rows.
 */
export async function overviewOf(ctx: Context, session: Session) {
  const { operatorId, userId } = session;
  const authKeys = (await listAuthKeys(ctx.db, session)).length;
  const signIns = isPerson(session)
    ? (await listSignInsOf(ctx, session, { limit: latest, before: undefined })).signIns
    : undefined;
  const resets = isPerson(session) ? await resetsFor(ctx, session) : undefined;
  return { authKeys, signIns, resets, operator: userId === rootId ? await operatorState(ctx, operatorId) : undefined };
}

async function operatorState(ctx: Context, operatorId: string) {
  const emails = await listEmails(ctx.db, operatorId);
  return {
    verifiedEmails: emails.filter(({ verified }) => verified).length,
    unverifiedEmails: emails.filter(({ verified }) => !verified).length,
    usersWithoutMfa: await usersWithoutMfa(ctx.db, operatorId),
    mail: { smtp: ctx.config.smtpUrl !== undefined, ...(await deliveryState(ctx, operatorId)) },
  };
}

/** The SAM users whose password alone signs them in. */
async function usersWithoutMfa(db: Db, operatorId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('users')
    .select('users.user_name')
    .where('users.operator_id', '=', operatorId)
    .where('users.user_id', '!=', rootId)
    .where('users.password_hash', 'is not', null)
    .where('users.mfa_id', 'is', null)
    .orderBy('users.name_key')
    .execute();
  return rows.map((row) => row.user_name);
}
