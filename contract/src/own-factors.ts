import { Type } from 'typebox';
import { closed, endpoint } from './endpoint.ts';
import { AuthenticatorAppBegun, FactorKindField, NewPasskey, PasskeyCreation, PasskeyRequest } from './factors.ts';
import { EpochMs, OtpCode } from './fields.ts';
import { BackupCodeSet } from './mfa.ts';

// What people do with their own factors. Of somebody else's, MFA can be disabled as a whole (`User:revokeUserMFA`).

const FactorLabel = Type.String({ maxLength: 64, description: 'What its owner calls it' });
const factorParams = closed({ factor_id: Type.String({ maxLength: 64 }) });

const Factor = closed(
  {
    factorId: Type.String(),
    kind: FactorKindField,
    label: Type.String(),
    activatedAt: EpochMs,
    lastUsedAt: Type.Optional(EpochMs),
    suspended: Type.Optional(Type.Boolean()),
    /** Of a passkey: what its device knows it by. */
    credentialId: Type.Optional(Type.String()),
    /** Of a passkey: kept in step between devices, or in one only. */
    synced: Type.Optional(Type.Boolean()),
  },
  'Factor',
);

export const listFactors = endpoint({
  method: 'GET',
  path: '/v1/auth/factors',
  operation: 'Auth:listFactors',
  own: true,
  traits: ['enrolment'],
  summary: "List the caller's own factors, oldest first.",
  status: 200,
  reply: Type.Array(Factor),
  errors: ['AUM0001'],
  personOnly: true,
});

export const renameFactor = endpoint({
  method: 'PUT',
  path: '/v1/auth/factors/{factor_id}',
  operation: 'Auth:renameFactor',
  own: true,
  summary: "Give one of the caller's own factors another name.",
  params: factorParams,
  body: closed({ label: FactorLabel }),
  status: 204,
  errors: ['AUM0001'],
  personOnly: true,
});

export const removeFactor = endpoint({
  method: 'DELETE',
  path: '/v1/auth/factors/{factor_id}',
  operation: 'Auth:removeFactor',
  own: true,
  headers: ['warifu-receipt'],
  summary: "Remove one of several of the caller's own factors; other sessions end. The last one goes by disabling MFA.",
  params: factorParams,
  status: 204,
  errors: ['AUM0001', 'MFA0015', 'MFA0030'],
  stepUp: true,
  personOnly: true,
});

export const beginPasskey = endpoint({
  method: 'POST',
  path: '/v1/auth/passkeys/begin',
  operation: 'Auth:beginPasskey',
  own: true,
  traits: ['enrolment'],
  summary:
    'Begin to register a passkey of the caller: what `navigator.credentials.create()` takes. Good for 5 minutes.',
  status: 200,
  reply: closed({ options: PasskeyCreation }),
  errors: ['AUM0001', 'MFA0030', 'MFA0017'],
  stepUp: true,
  personOnly: true,
});

export const registerPasskey = endpoint({
  method: 'POST',
  path: '/v1/auth/passkeys',
  operation: 'Auth:registerPasskey',
  own: true,
  headers: ['warifu-receipt'],
  traits: ['enrolment'],
  summary:
    'Register a passkey with what `navigator.credentials.create()` answered. With the first factor MFA is active, and the five backup codes of a root user are shown in this answer only.',
  body: closed({ passkey: NewPasskey }),
  status: 200,
  reply: closed({
    factorId: Type.String(),
    label: Type.String(),
    backupCodes: Type.Array(Type.String()),
    backupCodeSet: Type.Optional(BackupCodeSet),
  }),
  errors: ['AUM0001', 'MFA0006', 'MFA0013', 'MFA0017', 'MFA0018'],
  personOnly: true,
});

export const challengePasskey = endpoint({
  method: 'POST',
  path: '/v1/auth/passkeys/challenge',
  operation: 'Auth:challengePasskey',
  own: true,
  traits: ['enrolment'],
  summary:
    "What `navigator.credentials.get()` takes, to prove one of the caller's own passkeys in this session. Good for 5 minutes.",
  status: 200,
  reply: closed({ options: PasskeyRequest }),
  errors: ['AUM0001', 'MFA0019'],
  personOnly: true,
});

export const beginAuthenticatorApp = endpoint({
  method: 'POST',
  path: '/v1/auth/authenticator_app/begin',
  operation: 'Auth:beginAuthenticatorApp',
  own: true,
  summary:
    'While MFA is active, begin to add an authenticator app, or to change to another one. The present one works until the new one is confirmed.',
  status: 200,
  reply: AuthenticatorAppBegun,
  errors: ['AUM0001', 'MFA0005', 'MFA0030'],
  stepUp: true,
  personOnly: true,
});

export const confirmAuthenticatorApp = endpoint({
  method: 'POST',
  path: '/v1/auth/authenticator_app/verify',
  operation: 'Auth:confirmAuthenticatorApp',
  own: true,
  headers: ['warifu-receipt'],
  summary: 'Confirm the new authenticator app with its code. One that was there before is removed.',
  body: closed({ mfaOTPCode: OtpCode }),
  status: 204,
  errors: ['AUM0001', 'MFA0005', 'MFA0006', 'MFA0007', 'MFA0012'],
  personOnly: true,
});
