import { checkSymbol, codeSymbols } from '@warifu/contract';
import type { UserChange } from '../change/change.ts';
import type { Context } from '../context.ts';
import { newSalt } from '../crypto/passwords.ts';
import { type Place, seal, unseal } from '../crypto/sealed.ts';
import { newId, randomText, sameSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { BackupCodeSets } from '../db/schema.ts';
import { limits } from '../limits.ts';
import { updateUser } from '../users/credentials.ts';

const { codes } = limits;

/** What tells a set from others. */
export type CodeSet = { readonly number: number; readonly mark: string; readonly createdAt: number };

export type NewCodes = { readonly codes: string[]; readonly salt: string; readonly hashes: string[] };

/** Makes five different codes and their slow hashes (R25, R26). Slow: call it outside a transaction. */
export async function makeCodes(ctx: Context): Promise<NewCodes> {
  const made = new Set<string>();
  while (made.size < codes.count) {
    const seven = randomText(codeSymbols, codes.random);
    made.add(seven + checkSymbol(seven));
  }
  const salt = newSalt();
  const hashes = [];
  for (const code of made) hashes.push(await ctx.hasher.hashWithSalt(code, salt));
  return { codes: [...made], salt, hashes };
}

/** Stores a set in place of the one before, which dies with it; numbers go on over enrolments. */
export async function replaceCodes(c: UserChange, made: NewCodes): Promise<CodeSet> {
  await deleteCodes(c);
  const number = c.user.row.backup_code_sets_made + 1;
  // SECURITY: made of nothing that the codes are made of, so that who sees it knows nothing of them.
  const mark = randomText(codeSymbols, codes.mark);
  const fresh = { number, mark, wrong_guesses: 0, frozen_at: null, stored_at: null, created_at: c.now };
  const key = { operator_id: c.user.operatorId, user_id: c.user.userId, set_id: newId() };
  const hashes = seal(c.ctx.keys, JSON.stringify(made.hashes), place(key));
  await c.db
    .insertInto('backup_code_sets')
    .values({ ...key, salt: made.salt, hashes, ...fresh })
    .execute();
  await updateUser(c, { backup_code_sets_made: number });
  return { number, mark, createdAt: c.now };
}

/** Deletes a user's set: without MFA no code is left (I2). */
export async function deleteCodes({ db, user }: UserChange): Promise<void> {
  const own = db.deleteFrom('backup_code_sets').where('operator_id', '=', user.operatorId);
  await own.where('user_id', '=', user.userId).execute();
}

/** A user's set of codes. */
export async function findCodes(db: Db, operatorId: string, userId: string): Promise<BackupCodeSets | undefined> {
  return await db
    .selectFrom('backup_code_sets')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
}

/** How many codes of a user could still be used: none of a frozen set. */
export async function countCodes({ db, ctx, user }: UserChange): Promise<number> {
  const set = await findCodes(db, user.operatorId, user.userId);
  return set && set.frozen_at === null ? hashesIn(ctx, set).length : 0;
}

/** Whether a code's hash is one of the set's; compares with all of them, always. */
export function isInSet(ctx: Context, set: BackupCodeSets, codeHash: string): boolean {
  return hashesIn(ctx, set).filter((hash) => sameSecret(hash, codeHash)).length > 0;
}

/** SECURITY: hashes that were put here from another set, or by who has no key, open nothing. */
function hashesIn(ctx: Context, set: BackupCodeSets): string[] {
  try {
    return JSON.parse(unseal(ctx.keys, set.hashes, place(set))) as string[];
  } catch {
    const { operator_id: operatorId, user_id: userId } = set;
    ctx.log.error({ operatorId, userId }, 'the sealed hashes of backup codes do not open');
    return [];
  }
}

function place(set: Pick<BackupCodeSets, 'operator_id' | 'user_id' | 'set_id'>): Place {
  return { table: 'backup_code_sets', row: [set.operator_id, set.user_id, set.set_id] };
}

/** Counts a wrong guess; true when it froze the set (R30). */
export async function countWrongGuess(db: Db, ctx: Context, set: BackupCodeSets): Promise<boolean> {
  const unfrozen = db
    .updateTable('backup_code_sets')
    .where('operator_id', '=', set.operator_id)
    .where('user_id', '=', set.user_id)
    .where('set_id', '=', set.set_id)
    .where('frozen_at', 'is', null);
  const row = await unfrozen
    .set((eb) => ({ wrong_guesses: eb('wrong_guesses', '+', 1) }))
    .returning('wrong_guesses')
    .executeTakeFirst();
  if (!row || row.wrong_guesses < codes.guessesPerSet) return false;
  const frozen = await unfrozen.set({ frozen_at: ctx.now() }).executeTakeFirst();
  return frozen.numUpdatedRows === 1n;
}
