import type { Operations } from './contract.ts';

/** Whose MFA it is: a root user has no user name. */
export type MfaOwner = { readonly operatorId: string; readonly userName?: string | undefined };

/** Goes on although somebody then gets in less well on the day a device is lost; without it that is `MFA0037`. */
export type Confirmation = { readonly confirm?: 'no-way-back' | undefined };

type Call = <Name extends keyof Operations>(
  name: Name,
  input: Operations[Name]['input'],
  given?: Confirmation,
) => Promise<Operations[Name]['reply']>;

type OfRoot = Operations['getMFAStatus']['reply'];
type OfUser = Operations['getUserMFAStatus']['reply'];
/** A SAM user has no backup codes, and other resets. */
type Status = Omit<OfRoot, 'pendingReset'> & Pick<OfRoot | OfUser, 'pendingReset'>;

/** MFA of a root user or a SAM user, step by step. Each throws `WarifuError`. */
export function mfaOf(call: Call) {
  const root = ({ operatorId }: MfaOwner) => ({ operator_id: operatorId });
  const sam = ({ operatorId, userName = '' }: MfaOwner) => ({ operator_id: operatorId, user_name: userName });
  const isRoot = ({ userName = '' }: MfaOwner) => userName === '';
  return {
    status: async (owner: MfaOwner): Promise<Status> =>
      isRoot(owner) ? await call('getMFAStatus', root(owner)) : await call('getUserMFAStatus', sam(owner)),

    /** Begins the enrolment: `totpUri` is for the authenticator. */
    enable: async (owner: MfaOwner) =>
      isRoot(owner) ? await call('enableMFA', root(owner)) : await call('enableUserMFA', sam(owner)),

    /** Confirms the enrolment with a code. A root user gets the backup codes, a SAM user none. */
    confirm: async (owner: MfaOwner, mfaOTPCode: string): Promise<{ backupCodes: string[] }> => {
      if (isRoot(owner)) return await call('verifyMFA', { ...root(owner), mfaOTPCode });
      await call('verifyUserMFA', { ...sam(owner), mfaOTPCode });
      return { backupCodes: [] };
    },

    /** Disables it. A root user proves the password. */
    disable: async (owner: MfaOwner, password = ''): Promise<void> => {
      if (isRoot(owner)) await call('revokeMFA', { ...root(owner), password });
      else await call('revokeUserMFA', sam(owner));
    },

    /** Makes new backup codes of a root user; the old ones die, which is confirmed when those were stored. */
    renewBackupCodes: async (owner: MfaOwner, mfaOTPCode: string, given?: Confirmation) =>
      await call('renewBackupCodes', { ...root(owner), mfaOTPCode }, given),

    /** Notes that the backup codes of a root user are in a safe place. */
    confirmBackupCodesStored: async (owner: MfaOwner) => await call('confirmBackupCodesStored', root(owner)),
  };
}
