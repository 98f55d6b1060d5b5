import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { factorErrors, factorProof } from './factors.ts';
import {
  AuthReply,
  Email,
  EpochMs,
  LinkToken,
  OptionalOtpCode,
  operatorParams,
  Password,
  TokenTimeout,
  TypedUserName,
} from './fields.ts';

const shortText = (maxLength: number) => Type.String({ maxLength });

/** `mfaOTPCode` may be empty here: an empty one counts as none (api.md, Signing in). */

export const auth = endpoint({
  method: 'POST',
  path: '/v1/auth',
  operation: 'Auth:auth',
  summary: 'Sign in with one of three credential sets and get an API key and token.',
  body: closed({
    email: Type.Optional(shortText(320)),
    password: Type.Optional(shortText(8192)),
    operatorId: Type.Optional(shortText(64)),
    userName: Type.Optional(TypedUserName),
    authKeyId: Type.Optional(shortText(128)),
    authKey: Type.Optional(shortText(256)),
    mfaOTPCode: OptionalOtpCode,
    tokenTimeoutSeconds: Type.Optional(TokenTimeout),
  }),
  status: 200,
  reply: AuthReply,
  errors: ['AUM0002', 'MFA0001', 'MFA0002', 'MFA0012', 'MFA0014'],
});

export const logout = endpoint({
  method: 'POST',
  path: '/v1/auth/logout',
  operation: 'Auth:logout',
  traits: ['enrolment'],
  summary: 'End the calling session.',
  status: 204,
  errors: ['AUM0001'],
});

export const issuePasswordResetToken = endpoint({
  method: 'POST',
  path: '/v1/auth/password_reset_token/issue',
  operation: 'Auth:issuePasswordResetToken',
  summary: 'Ask for a mail with a password reset link. The answer is the same whether the address is known or not.',
  body: closed({ email: Email }),
  status: 200,
  errors: ['COM0008'],
});

export const verifyPasswordResetToken = endpoint({
  method: 'POST',
  path: '/v1/auth/password_reset_token/verify',
  operation: 'Auth:verifyPasswordResetToken',
  headers: ['warifu-receipt'],
  summary: 'Set a new password with the token of a mailed link. MFA stays as it is.',
  body: closed({ token: LinkToken, password: Password }),
  status: 200,
  errors: ['AUM0010', 'AUM0012'],
});

export const lockAccount = endpoint({
  method: 'POST',
  path: '/v1/auth/lock',
  operation: 'Auth:lockAccount',
  own: true,
  headers: ['warifu-receipt'],
  summary:
    'Cancel and lock, with the token of a notice: ends every session and mailed link, brings a changed primary address back, and suspends the password until it is reset by mail.',
  body: closed({ token: LinkToken }),
  status: 200,
  errors: ['AUM0012'],
});

export const stepUp = endpoint({
  method: 'POST',
  path: '/v1/auth/step_up',
  operation: 'Auth:stepUp',
  own: true,
  traits: ['enrolment'],
  summary:
    'Prove the password (and a factor, when MFA is active) again, or a passkey that asks for a PIN or a fingerprint. The session gets a new token.',
  body: closed({ password: Type.Optional(Password), ...factorProof }),
  status: 200,
  reply: closed({ token: Type.Optional(Type.String()), provedUntil: EpochMs }),
  errors: ['AUM0001', 'AUM0011', 'AUM0015', 'MFA0001', ...factorErrors],
});

const Session = closed(
  {
    sessionId: Type.String(),
    kind: oneOf('console', 'api'),
    current: Type.Boolean(),
    authMethod: Type.String(),
    sourceIp: Type.String(),
    userAgent: Type.String(),
    createdAt: EpochMs,
    lastUsedAt: EpochMs,
    expiresAt: EpochMs,
  },
  'Session',
);

export const listSessions = endpoint({
  method: 'GET',
  path: '/v1/auth/sessions',
  operation: 'Auth:listSessions',
  own: true,
  summary:
    "List the caller's own sessions, newest use first. A session of an auth key or a switched one sees itself only.",
  status: 200,
  reply: Type.Array(Session),
  errors: ['AUM0001'],
});

export const endSession = endpoint({
  method: 'DELETE',
  path: '/v1/auth/sessions/{session_id}',
  operation: 'Auth:endSession',
  own: true,
  summary: "End one of the caller's own sessions. A session of an auth key or a switched one can end itself only.",
  params: closed({ session_id: shortText(64) }),
  status: 204,
  errors: ['AUM0001', 'AUM0015'],
});

export const endOtherSessions = endpoint({
  method: 'DELETE',
  path: '/v1/auth/sessions',
  operation: 'Auth:endOtherSessions',
  own: true,
  traits: ['ends sessions'],
  summary: "End all of the caller's sessions but this one.",
  status: 200,
  reply: closed({ ended: Type.Integer() }),
  errors: ['AUM0001'],
});

export const generateAuthToken = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/token',
  operation: 'Operator:generateAuthToken',
  summary: 'Replace the token of the calling session; the old one ends.',
  params: operatorParams,
  body: closed({ tokenTimeoutSeconds: Type.Optional(TokenTimeout) }),
  status: 200,
  reply: closed({ token: Type.String() }),
  errors: ['AUM0001', 'AUM0015', 'AUM0017'],
});

export const revokeOperatorAuthTokens = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/tokens',
  operation: 'Operator:revokeOperatorAuthTokens',
  traits: ['ends sessions'],
  summary: 'End every session of the root user, the calling one included.',
  params: operatorParams,
  status: 204,
  errors: ['AUM0001', 'AUM0016'],
});

export const switchUser = endpoint({
  method: 'POST',
  path: '/v1/auth/switch_user',
  operation: 'Auth:switchUser',
  summary:
    'Continue as a SAM user whose trust policy names the caller. The new session ends with the one it came from.',
  body: closed({
    operatorId: Type.Optional(shortText(64)),
    userName: Type.Optional(TypedUserName),
    tokenTimeoutSeconds: Type.Optional(Type.Integer({ minimum: 180, maximum: 3600 })),
  }),
  status: 200,
  reply: AuthReply,
  errors: ['AUM0001', 'AUM0025', 'MFA0008'],
});
