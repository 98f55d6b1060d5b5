import { Type } from 'typebox';
import { closed, oneOf } from './endpoint.ts';
import { OptionalOtpCode } from './fields.ts';

/** How a session was proved, as permissions can ask for it. */
export const authMethods = ['password', 'password+totp', 'passkey', 'authKey', 'switchUser'] as const;
export type AuthMethod = (typeof authMethods)[number];
export const AuthMethodField = oneOf(...authMethods);

/** Whether such a session was proved with a factor, for who supposes one. */
export function impliesMfa(authMethod: AuthMethod): boolean {
  return authMethod === 'password+totp' || authMethod === 'passkey';
}

/** What beginning with an authenticator app answers. */
export const AuthenticatorAppBegun = closed({ totpUri: Type.String() });

export const factorKinds = ['authenticator_app', 'passkey'] as const;
export type FactorKind = (typeof factorKinds)[number];
export const FactorKindField = oneOf(...factorKinds);

const bytes = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' });
/** W3C WebAuthn L3 §5.8.3: at most 1,023 bytes, in base64url. */
const CredentialId = bytes(1364);
/** What the browser adds and no check needs. */
const beside = {
  type: oneOf('public-key'),
  authenticatorAttachment: Type.Optional(Type.String({ maxLength: 32 })),
  clientExtensionResults: Type.Optional(Type.Object({}, { additionalProperties: true })),
};

/** What `navigator.credentials.get()` answers, as its `toJSON()` has it (W3C WebAuthn L3 §5.1). */
export const PasskeyAnswer = closed(
  {
    id: CredentialId,
    rawId: CredentialId,
    response: closed({
      clientDataJSON: bytes(4096),
      authenticatorData: bytes(4096),
      signature: bytes(4096),
      userHandle: Type.Optional(bytes(128)),
    }),
    ...beside,
  },
  'PasskeyAnswer',
);

/** What `navigator.credentials.create()` answers, as its `toJSON()` has it. */
export const NewPasskey = closed(
  {
    id: CredentialId,
    rawId: CredentialId,
    response: closed({
      clientDataJSON: bytes(4096),
      attestationObject: bytes(16_384),
      authenticatorData: Type.Optional(bytes(16_384)),
      transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 10 })),
      publicKeyAlgorithm: Type.Optional(Type.Integer()),
      publicKey: Type.Optional(bytes(4096)),
    }),
    ...beside,
  },
  'NewPasskey',
);

const Descriptor = closed({
  id: Type.String(),
  type: oneOf('public-key'),
  transports: Type.Optional(Type.Array(Type.String())),
});

/** For `navigator.credentials.get()`. */
export const PasskeyRequest = closed(
  {
    challenge: Type.String(),
    timeout: Type.Integer(),
    rpId: Type.String(),
    allowCredentials: Type.Optional(Type.Array(Descriptor)),
    userVerification: oneOf('required', 'preferred'),
  },
  'PasskeyRequest',
);

/** For `navigator.credentials.create()`. */
export const PasskeyCreation = closed(
  {
    rp: closed({ id: Type.String(), name: Type.String() }),
    user: closed({ id: Type.String(), name: Type.String(), displayName: Type.String() }),
    challenge: Type.String(),
    pubKeyCredParams: Type.Array(closed({ type: oneOf('public-key'), alg: Type.Integer() })),
    timeout: Type.Integer(),
    excludeCredentials: Type.Array(Descriptor),
    authenticatorSelection: closed({ residentKey: oneOf('preferred'), userVerification: oneOf('preferred') }),
    attestation: oneOf('none'),
  },
  'PasskeyCreation',
);

/** The members of a body that prove a factor; each kind has its own. */
export const factorProof = { mfaOTPCode: OptionalOtpCode, passkey: Type.Optional(PasskeyAnswer) };

/** What a factor that was sent may be refused with. */
export const factorErrors = ['MFA0002', 'MFA0012', 'MFA0013', 'MFA0014'] as const;
