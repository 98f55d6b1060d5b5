/** What the address says about the dialogs of a SAM user's MFA. */
export type UserMfaSearch = { step?: 'start' | 'scan' | 'code'; dialog?: 'disable' | 'reset' };

export function readUserMfaSearch({ step, dialog }: Record<string, unknown>): UserMfaSearch {
  return {
    ...(step === 'start' || step === 'scan' || step === 'code' ? { step } : {}),
    ...(dialog === 'disable' || dialog === 'reset' ? { dialog } : {}),
  };
}
