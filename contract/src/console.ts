import { Type } from 'typebox';
import { AssistedReset } from './assisted-reset.ts';
import { closed, endpoint, oneOf } from './endpoint.ts';
import {
  AuthMethodField,
  FactorKindField,
  factorErrors,
  factorProof,
  PasskeyAnswer,
  PasskeyRequest,
} from './factors.ts';
import { EpochMs, LanguageField, Password, TypedUserName } from './fields.ts';
import { MfaRequirement } from './mfa-requirements.ts';
import { MailState } from './server-state.ts';
import { SignIn } from './sign-ins.ts';

// The console's own sign-in: the session lives in a cookie, no token ever reaches the page.

const shortText = (maxLength: number) => Type.String({ maxLength });

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
  reply: closed({
    next: oneOf('MFA', 'DONE'),
    /** The kinds of factors that the user has, when one is needed. */
    factors: Type.Optional(Type.Array(FactorKindField)),
  }),
  errors: ['AUM0002'],
});

export const verifySignIn = endpoint({
  method: 'POST',
  path: '/v1/console/sign_in/verify',
  operation: 'Auth:verifySignIn',
  own: true,
  summary: 'Finish a pending sign-in with a factor.',
  body: closed(factorProof),
  status: 200,
  reply: closed({ next: oneOf('DONE') }),
  errors: ['AUM0018', 'MFA0001', ...factorErrors],
});

export const beginPasskeySignIn = endpoint({
  method: 'POST',
  path: '/v1/console/sign_in/passkey/begin',
  operation: 'Auth:beginPasskeySignIn',
  own: true,
  summary:
    'What `navigator.credentials.get()` takes: for a whole sign-in with any passkey of this site, or for the pending sign-in of this browser with those of its user. Good for 5 minutes.',
  body: closed({ pending: Type.Boolean() }),
  status: 200,
  reply: closed({ options: PasskeyRequest }),
  errors: ['AUM0018', 'MFA0019'],
});

export const signInWithPasskey = endpoint({
  method: 'POST',
  path: '/v1/console/sign_in/passkey',
  operation: 'Auth:signInWithPasskey',
  own: true,
  summary: 'Sign in to the console with a passkey alone, which must ask for a PIN or a fingerprint.',
  body: closed({ passkey: PasskeyAnswer }),
  status: 200,
  reply: closed({ next: oneOf('DONE') }),
  errors: ['MFA0013'],
});

export const switchConsoleUser = endpoint({
  method: 'POST',
  path: '/v1/console/switch_user',
  operation: 'Auth:switchConsoleUser',
  own: true,
  summary:
    "Continue in the console as a SAM user whose trust policy names the caller. The browser keeps the caller's own session to switch back to; each ends with it.",
  body: closed({ operatorId: Type.Optional(shortText(64)), userName: TypedUserName }),
  status: 204,
  errors: ['AUM0001', 'AUM0025'],
});

export const signInToHost = endpoint({
  method: 'POST',
  path: '/v1/console/gate_codes',
  operation: 'Auth:signInToHost',
  own: true,
  summary:
    'Where a browser goes on, signed in, to a page of a guarded program that sent it here; the address is good for a minute and once.',
  body: closed({
    /** The page, at one of `WARIFU_GATE_HOSTS`. */
    returnTo: Type.String({ minLength: 1, maxLength: 4096 }),
    /** As the program's host sent it. */
    state: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  }),
  status: 200,
  reply: closed({ location: Type.String() }),
  errors: ['AUM0001', 'AUM0015'],
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
    /** The kinds of active factors. */
    factors: Type.Array(FactorKindField),
    authMethod: AuthMethodField,
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
    /** While this user has no MFA: the rule that binds it first. From then on it can only enrol. */
    mfaRequirement: Type.Optional(MfaRequirement),
    /** While this user is in quarantine: when that ends. Until then it can only repair its own account. */
    quarantinedUntil: Type.Optional(EpochMs),
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
    /** Open assisted resets that the caller can stop: its own and those that it started; for the root user all. */
    resets: Type.Optional(Type.Array(AssistedReset)),
    /** Of the root user. */
    operator: Type.Optional(
      closed({
        verifiedEmails: Type.Integer(),
        unverifiedEmails: Type.Integer(),
        /** SAM users whose password alone signs them in. */
        usersWithoutMfa: Type.Array(Type.String()),
        mail: MailState,
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
