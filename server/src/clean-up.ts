import type { Context, RequestInfo } from './context.ts';
import { transaction } from './db/database.ts';
import { limits } from './limits.ts';
import { tellOfFailedCode } from './sign-in/sign-in.ts';
import { loadAccount } from './users/accounts.ts';

/** Removes what is over. Nothing depends on it: expiry is checked at use. */
export async function cleanUp(ctx: Context): Promise<void> {
  const now = ctx.now();
  await ctx.db.deleteFrom('sessions').where('expires_at', '<=', now).execute();
  await endAbandoned(ctx);
  await ctx.db
    .deleteFrom('mail_tokens')
    .where('expires_at', '<=', now - limits.day)
    .execute();
  await ctx.db
    .deleteFrom('sign_ups')
    .where('expires_at', '<=', now - limits.day)
    .execute();
  await ctx.db
    .deleteFrom('attempt_windows')
    .where('window_start', '<=', now - limits.day)
    .execute();
  // Of accounts that do not exist; those of real ones are few and hold a count that must not be lost.
  await ctx.db
    .deleteFrom('login_accounts')
    .where('account_key', 'like', '?%')
    .where('updated_at', '<=', now - limits.login.knownSource)
    .execute();
  await ctx.db
    .deleteFrom('known_sources')
    .where('last_success_at', '<=', now - limits.login.knownSource)
    .execute();
  await ctx.db
    .deleteFrom('totp_factors')
    .where('status', '=', 'UNCONFIRMED')
    .where('created_at', '<=', now - limits.mfa.unconfirmedLife)
    .execute();
}

/** A right password whose code never came is told to the owner, like one whose code was wrong (R16). */
async function endAbandoned(ctx: Context): Promise<void> {
  await transaction(ctx.db, async (db) => {
    const abandoned = await db
      .deleteFrom('pending_sign_ins')
      .where('expires_at', '<=', ctx.now())
      .returning(['operator_id', 'user_id', 'wrong_codes'])
      .execute();
    for (const row of abandoned.filter((pending) => pending.wrong_codes === 0)) {
      await tellOfFailedCode(db, ctx, cleaner, {
        operatorId: row.operator_id,
        userId: row.user_id,
        userName: (await loadAccount(db, row.operator_id, row.user_id))?.userName ?? '',
      });
    }
  });
}

const cleaner: RequestInfo = {
  requestId: '',
  sourceIp: '',
  userAgent: '',
  method: '',
  path: '',
  apiKind: 'System:cleanUp',
  language: 'en',
};
