import { readBackupCode } from '@warifu/contract';
import { takeFromWindow } from '../attempts/windows.ts';
import type { Cause } from '../change/cause.ts';
import { changeUser, notify, type Refused, refuse } from '../change/change.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { countWrongPassword } from '../sessions/wrong-passwords.ts';
import { describeTry, frozenByWrongCode, wrongCode } from './backup-code-tries.ts';
import { countWrongGuess, findCodes, isInSet } from './backup-codes.ts';
import type { Owner } from './factors.ts';

/**
 * Looks whether a backup code is one of the valid set, and spends nothing. SECURITY: a wrong one counts like one of a
 * reset, against the same 20 of the set, and like a wrong password of this session; so nobody learns here what could not
 * be learnt there. A typing mistake counts nothing: anybody can add (decision 0035).
 * @returns the number of the set that the code belongs to
 * @throws Failure MFA0036 wrong code, or mistyped with its field; MFA0005 no codes, MFA0011 frozen, COM0429
 */
export async function rehearseCode(cause: Cause, { operatorId, userId }: Owner, typed: string) {
  const { ctx } = cause;
  const read = readBackupCode(typed);
  if (typeof read !== 'object') throw new Failure('MFA0036', { field: 'backupCode', mistyped });
  const owner = { operatorId, userId };
  const set = await findCodes(ctx.db, operatorId, userId);
  if (!set) throw new Failure('MFA0005');
  if (set.frozen_at !== null) throw new Failure('MFA0011');
  // Each costs a slow hash, a right one too.
  const window = { scope: 'codes.rehearsal', key: operatorId, limit: limits.codes.rehearsalsPerHour };
  if (!(await takeFromWindow(ctx.db, { ...window, length: limits.hour }, ctx.now()))) {
    throw new Failure('COM0429', {}, limits.hour / 1000);
  }
  const codeHash = await ctx.hasher.hashWithSalt(read.code, set.salt);
  return await changeUser(cause, owner, async (c): Promise<{ setNumber: number } | Refused> => {
    const current = await findCodes(c.db, operatorId, userId);
    // Another set took its place between the look and the lock: of that one nothing was tried.
    if (current?.set_id !== set.set_id) throw new Failure('MFA0005');
    if (current.frozen_at !== null) throw new Failure('MFA0011');
    describeTry(c, current);
    if (isInSet(ctx, current, codeHash)) return { setNumber: current.number };
    const froze = await countWrongGuess(c.db, ctx, current);
    if (froze) notify(c, 'backup_codes_frozen');
    await countWrongPassword(c);
    return refuse('MFA0036', froze ? frozenByWrongCode : wrongCode);
  });
}

const mistyped = {
  en: ' It has a typing mistake; no try was counted.',
  ja: '入力ミスがあります (試行回数には含まれません)。',
};
