import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { AuthenticatorAppBegun, factorProof } from './factors.ts';
import { BackupCode, Email, EpochMs, LinkToken, MfaStatus, OtpCode, operatorParams, Password } from './fields.ts';

/** Answer header of what a security change ended: an RFC 9651 dictionary of counts. */
export const receiptHeader = 'warifu-receipt';

/**
 * What tells one set of backup codes from another: how many were made so far, four random symbols that the sheet of the
 * codes bears too, and when it was made.
 */
export const BackupCodeSet = closed({ number: Type.Integer({ minimum: 1 }), mark: Type.String(), createdAt: EpochMs });

const NewBackupCodes = closed({ backupCodes: Type.Array(Type.String()), backupCodeSet: BackupCodeSet });

const ownOnly = ['AUM0001', 'AUM0016'] as const;

export const enableMFA = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/mfa',
  operation: 'Operator:enableMFA',
  traits: ['root enrolment'],
  summary: "Begin the root user's enrolment: a new secret for an authenticator. Nothing changes at sign-in yet.",
  params: operatorParams,
  status: 200,
  reply: AuthenticatorAppBegun,
  errors: [...ownOnly, 'MFA0003'],
  stepUp: true,
  personOnly: true,
});

export const verifyMFA = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/mfa/verify',
  operation: 'Operator:verifyMFA',
  headers: ['warifu-receipt'],
  traits: ['root enrolment'],
  summary: "Confirm the root user's enrolment with a code. The five backup codes are shown in this answer only.",
  params: operatorParams,
  body: closed({ mfaOTPCode: OtpCode }),
  status: 200,
  reply: NewBackupCodes,
  errors: [...ownOnly, 'MFA0003', 'MFA0006', 'MFA0007', 'MFA0012'],
  personOnly: true,
});

export const getMFAStatus = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/mfa',
  operation: 'Operator:getMFAStatus',
  traits: ['root enrolment'],
  summary: "The root user's MFA status.",
  params: operatorParams,
  status: 200,
  reply: closed({
    status: MfaStatus,
    activatedAt: Type.Optional(EpochMs),
    lastUsedAt: Type.Optional(EpochMs),
    /** The authenticator was refused 100 times in a row: codes no longer work, status stays ACTIVE (R13). */
    suspended: Type.Optional(Type.Boolean()),
    backupCodes: Type.Optional(
      closed({
        ...BackupCodeSet.properties,
        storedAt: Type.Optional(EpochMs),
        frozenAt: Type.Optional(EpochMs),
        /** Wrong codes that the set still bears before it is frozen. */
        triesLeft: Type.Integer({ minimum: 0 }),
      }),
    ),
    /** A reset that was asked for and can be stopped. `host`: MFA goes off at `dueAt`; `mail`: its link works until then. */
    pendingReset: Type.Optional(closed({ kind: oneOf('mail', 'host'), askedAt: EpochMs, dueAt: EpochMs })),
  }),
  errors: ['AUM0001', 'AUM0017'],
});

export const revokeMFA = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/mfa',
  operation: 'Operator:revokeMFA',
  headers: ['warifu-receipt'],
  untyped: true,
  summary: "Disable the root user's MFA with the password. Seed, backup codes, links and other sessions end with it.",
  params: operatorParams,
  body: closed({ password: Password }),
  status: 204,
  errors: [...ownOnly, 'AUM0011', 'MFA0005'],
  personOnly: true,
});

export const cancelMFA = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/mfa/enrolment',
  operation: 'Operator:cancelMFA',
  own: true,
  traits: ['root enrolment'],
  summary: 'Give up an enrolment that was not confirmed.',
  params: operatorParams,
  status: 204,
  errors: [...ownOnly, 'MFA0006'],
  personOnly: true,
});

export const renewBackupCodes = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/mfa/backup_codes',
  operation: 'Operator:renewBackupCodes',
  own: true,
  summary: 'Make five new backup codes with a factor; the old ones die.',
  params: operatorParams,
  body: closed(factorProof),
  status: 200,
  reply: NewBackupCodes,
  errors: [...ownOnly, 'MFA0001', 'MFA0005', 'MFA0007', 'MFA0011', 'MFA0012', 'MFA0013', 'MFA0014'],
  personOnly: true,
});

export const confirmBackupCodesStored = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/mfa/backup_codes/stored',
  operation: 'Operator:confirmBackupCodesStored',
  own: true,
  summary: 'Note that the current backup codes were stored in a safe place.',
  params: operatorParams,
  status: 204,
  errors: [...ownOnly, 'MFA0005'],
  personOnly: true,
});

export const listBackupCodeTries = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/mfa/backup_codes/tries',
  operation: 'Operator:listBackupCodeTries',
  own: true,
  summary: 'When and from where backup codes were used or tried, newest first: the last 20 of 90 days.',
  params: operatorParams,
  status: 200,
  reply: Type.Array(
    closed(
      {
        at: EpochMs,
        /** `rehearsed`: it was right, and was not spent. */
        outcome: oneOf('used', 'rehearsed', 'wrong', 'froze'),
        /** Number of the set that was current then. */
        setNumber: Type.Integer({ minimum: 1 }),
        sourceIp: Type.String(),
        userAgent: Type.String(),
      },
      'BackupCodeTry',
    ),
  ),
  errors: [...ownOnly],
  personOnly: true,
});

export const rehearseBackupCode = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/mfa/backup_codes/rehearsal',
  operation: 'Operator:rehearseBackupCode',
  own: true,
  summary: 'Try a backup code without spending it. A wrong one counts like one of a reset; a typing mistake does not.',
  params: operatorParams,
  body: closed({ backupCode: BackupCode }),
  status: 200,
  reply: closed({ setNumber: Type.Integer({ minimum: 1 }) }),
  errors: [...ownOnly, 'MFA0005', 'MFA0011', 'MFA0036'],
  stepUp: true,
  personOnly: true,
});

export const issueMFARevokingToken = endpoint({
  method: 'POST',
  path: '/v1/operators/mfa_revoke_token/issue',
  operation: 'Operator:issueMFARevokingToken',
  summary: 'Ask for a mail with an MFA reset link. The answer is always the same.',
  body: closed({ email: Type.Optional(Email), password: Type.Optional(Password) }),
  status: 200,
});

export const verifyMFARevokingToken = endpoint({
  method: 'POST',
  path: '/v1/operators/mfa_revoke_token/verify',
  operation: 'Operator:verifyMFARevokingToken',
  headers: ['warifu-receipt'],
  summary: 'Disable MFA with the mailed token, the email address, the password and one backup code. Signs nobody in.',
  body: closed({
    token: Type.Optional(LinkToken),
    email: Type.Optional(Email),
    password: Type.Optional(Password),
    backupCode: Type.Optional(BackupCode),
  }),
  status: 200,
  errors: ['MFA0010'],
});

export const stopMFAReset = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/mfa/reset',
  operation: 'Operator:stopMFAReset',
  own: true,
  summary: "Stop every reset of the root user's MFA that was asked for and did not happen yet.",
  params: operatorParams,
  status: 204,
  errors: [...ownOnly, 'COM0404'],
});

export const cancelMFARevokingToken = endpoint({
  method: 'POST',
  path: '/v1/operators/mfa_revoke_token/cancel',
  operation: 'Operator:cancelMFARevokingToken',
  own: true,
  summary: 'Stop an MFA reset with the token of the reset mail or of the "this was not me" mail.',
  body: closed({ token: LinkToken }),
  status: 200,
  errors: ['AUM0012'],
});
