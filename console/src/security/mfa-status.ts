import { useQuery } from '@tanstack/react-query';
import { getMFAStatus, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';

export type MfaState = ReplyOf<typeof getMFAStatus>;

export const mfaKey = ['mfa'];

/** The state of whoever is signed in; all of it for the root user. */
export function useMfaStatus() {
  const { operatorId, isRoot, mfaStatus } = useSession();
  return useQuery({
    queryKey: [...mfaKey, operatorId, isRoot || mfaStatus],
    queryFn: async (): Promise<MfaState> =>
      isRoot ? (await call(getMFAStatus, { operator_id: operatorId })).reply : { status: ownStatus(mfaStatus) },
  });
}

/** What the session says; a SAM user may lack the permission to read more. */
export function ownStatus(mfaStatus: string): MfaState['status'] {
  return mfaStatus === 'ACTIVE' || mfaStatus === 'UNCONFIRMED' ? mfaStatus : 'INACTIVE';
}

/** One mailed link bears five wrong codes: the next may freeze the set. */
const fewTries = 5;
const aYear = 365 * 24 * 60 * 60 * 1000;

export type CodesState = 'stored' | 'notStored' | 'frozen' | 'few' | 'old';

/** How the backup codes are doing; the worst news first. */
export function codesState({ backupCodes }: MfaState): CodesState | undefined {
  if (!backupCodes) return undefined;
  if (backupCodes.frozenAt) return 'frozen';
  if (backupCodes.triesLeft <= fewTries) return 'few';
  if (!backupCodes.storedAt) return 'notStored';
  return Date.now() - backupCodes.createdAt > aYear ? 'old' : 'stored';
}
