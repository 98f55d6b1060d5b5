import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import {
  AuthReply,
  Email,
  EpochMs,
  LanguageField,
  LinkToken,
  OptionalOtpCode,
  OtpCode,
  operatorParams,
  Password,
  TokenTimeout,
  TypedUserName,
  userParams,
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
  errors: ['AUM0002', 'MFA0001', 'MFA0002', 'MFA0012'],
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
  summary: 'Prove the password (and the factor, when MFA is active) again. The session gets a new token.',
  body: closed({ password: Password, mfaOTPCode: OptionalOtpCode }),
  status: 200,
  reply: closed({ token: Type.Optional(Type.String()), provedUntil: EpochMs }),
  errors: ['AUM0001', 'AUM0011', 'AUM0015', 'MFA0001', 'MFA0002', 'MFA0012'],
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

const SignIn = closed(
  {
    signInId: Type.String(),
    at: EpochMs,
    /** `refused`: not looked at, such as a paused account. */
    outcome: oneOf('success', 'failure', 'refused'),
    reason: Type.String(),
    operation: Type.String(),
    /** How the session was opened, when one was. */
    authMethod: Type.Optional(Type.String()),
    sourceIp: Type.String(),
    userAgent: Type.String(),
    /** A browser that had not signed in to this account before. */
    newDevice: Type.Boolean(),
    /** The session that it opened is the calling one. */
    current: Type.Boolean(),
    authKeyId: Type.Optional(Type.String()),
    /** SRN of the user who switched to this one. */
    switchedBy: Type.Optional(Type.String()),
  },
  'SignIn',
);
const signInQuery = closed({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  last_evaluated_key: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
});

export const listSignIns = endpoint({
  method: 'GET',
  path: '/v1/auth/sign_ins',
  operation: 'Auth:listSignIns',
  own: true,
  headers: ['x-soracom-next-key'],
  summary:
    "The caller's own sign-ins and attempts of the last 90 days, newest first. A page may be shorter than `limit`.",
  query: signInQuery,
  status: 200,
  reply: Type.Array(SignIn),
  errors: ['AUM0001'],
  personOnly: true,
});

export const listUserSignIns = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/users/{user_name}/sign_ins',
  operation: 'User:listUserSignIns',
  own: true,
  headers: ['x-soracom-next-key'],
  traits: ['audit'],
  summary: 'The sign-ins and attempts of a SAM user of the last 90 days, newest first.',
  params: userParams,
  query: signInQuery,
  status: 200,
  reply: Type.Array(SignIn),
  errors: ['AUM0001', 'AUM0017'],
});

export const disownSignIn = endpoint({
  method: 'POST',
  path: '/v1/auth/sign_ins/disown',
  operation: 'Auth:disownSignIn',
  own: true,
  headers: ['warifu-receipt'],
  summary:
    '"This was not me": sets a new password with the current one (and a code, when MFA is active), ends every other session, and deletes the AuthKey that the sign-in was made with.',
  body: closed({
    signInId: Type.String({ pattern: '^[0-9]{1,15}$' }),
    currentPassword: Password,
    newPassword: Password,
    mfaOTPCode: OptionalOtpCode,
  }),
  status: 204,
  errors: ['AUM0001', 'AUM0010', 'AUM0011', 'MFA0001', 'MFA0002', 'MFA0012'],
  personOnly: true,
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

// --- the console's own sign-in: the session lives in a cookie, no token ever reaches the page ---

export const signIn = endpoint({
  method: 'POST',
  path: '/v1/console/sign_in',
  operation: 'Auth:signIn',
  own: true,
  summary: 'Sign in to the console. `next` is `MFA` when a code is needed; then a pending sign-in of 5 minutes begins.',
  body: closed({
    email: Type.Optional(shortText(320)),
    operatorId: Type.Optional(shortText(64)),
    userName: Type.Optional(TypedUserName),
    password: Password,
  }),
  status: 200,
  reply: closed({ next: oneOf('MFA', 'DONE') }),
  errors: ['AUM0002'],
});

export const verifySignIn = endpoint({
  method: 'POST',
  path: '/v1/console/sign_in/verify',
  operation: 'Auth:verifySignIn',
  own: true,
  summary: 'Finish a pending sign-in with the code of the authenticator.',
  body: closed({ mfaOTPCode: OtpCode }),
  status: 200,
  reply: closed({ next: oneOf('DONE') }),
  errors: ['AUM0018', 'MFA0002', 'MFA0012'],
});

export const switchConsoleUser = endpoint({
  method: 'POST',
  path: '/v1/console/switch_user',
  operation: 'Auth:switchConsoleUser',
  own: true,
  summary:
    "Continue in the console as a SAM user whose trust policy names the caller. The browser keeps the caller's own session to switch back to; each ends with it.",
  body: closed({ operatorId: Type.Optional(shortText(64)), userName: shortText(128) }),
  status: 204,
  errors: ['AUM0001', 'AUM0025'],
});

export const switchBack = endpoint({
  method: 'POST',
  path: '/v1/console/switch_back',
  operation: 'Auth:switchBack',
  own: true,
  summary: 'End a switched console session and go on with the one that it came from, without a password.',
  status: 204,
  errors: ['AUM0001'],
});

export const getSession = endpoint({
  method: 'GET',
  path: '/v1/console/session',
  operation: 'Auth:getSession',
  own: true,
  traits: ['enrolment'],
  summary: 'Who is signed in with this cookie, and the CSRF token for its writes.',
  status: 200,
  reply: closed({
    operatorId: Type.String(),
    userName: Type.Optional(Type.String()),
    email: Type.Optional(Type.String()),
    isRoot: Type.Boolean(),
    sessionId: Type.String(),
    csrfToken: Type.String(),
    language: LanguageField,
    mfaStatus: Type.String(),
    authMethod: Type.String(),
    /** Who switched to this user. */
    switchedFrom: Type.Optional(closed({ operatorId: Type.String(), userName: Type.Optional(Type.String()) })),
    /** When the session ends at the latest. */
    expiresAt: EpochMs,
    /** The session ends after so many seconds without use. */
    idleSeconds: Type.Integer(),
    serverTime: EpochMs,
    /** In which conditions read dates and times. */
    timeZone: Type.String(),
    mailPreview: Type.Boolean(),
    /** The server is for trying clients: anybody on its computer may create operators. */
    sandbox: Type.Boolean(),
    /** When the host switched this root user's MFA off; shown for 30 days. */
    hostOverrideAt: Type.Optional(EpochMs),
  }),
  errors: ['AUM0001'],
});

export const getOverview = endpoint({
  method: 'GET',
  path: '/v1/console/overview',
  operation: 'Auth:getOverview',
  own: true,
  summary: 'What whoever is signed in should look at; for the root user also the state of the operator.',
  status: 200,
  reply: closed({
    /** The caller's own. */
    authKeys: Type.Integer(),
    /** The caller's latest; left out for a session of an AuthKey and a switched one. */
    signIns: Type.Optional(Type.Array(SignIn)),
    /** Of the root user. */
    operator: Type.Optional(
      closed({
        verifiedEmails: Type.Integer(),
        unverifiedEmails: Type.Integer(),
        /** SAM users whose password alone signs them in. */
        usersWithoutMfa: Type.Array(Type.String()),
        mail: closed({
          smtp: Type.Boolean(),
          waiting: Type.Integer(),
          lastSentAt: Type.Optional(EpochMs),
          lastFailedAt: Type.Optional(EpochMs),
          lastError: Type.Optional(Type.String()),
        }),
      }),
    ),
  }),
  errors: ['AUM0001'],
});

export const setLanguage = endpoint({
  method: 'PUT',
  path: '/v1/console/language',
  operation: 'Auth:setLanguage',
  own: true,
  traits: ['enrolment'],
  summary: "Set the language of the caller's console and mails.",
  body: closed({ language: LanguageField }),
  status: 204,
  errors: ['AUM0001'],
});
