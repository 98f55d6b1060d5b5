import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { AuthMethodField } from './factors.ts';
import { EpochMs, EpochSeconds } from './fields.ts';

// What programs that Warifu guards ask.

const Secret = Type.String({ minLength: 1, maxLength: 4096 });
const Variables = Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 512 }));

/** Who a session belongs to, and how it was proved. */
const identity = {
  operatorId: Type.String(),
  kind: oneOf('root', 'sam'),
  /** Empty for a root user. */
  userName: Type.String(),
  /** Of the user, as trust policies name it. */
  principal: Type.String(),
  sessionId: Type.String(),
  authMethod: AuthMethodField,
  /** How the session was proved, in the words of RFC 8176. */
  amr: Type.Array(Type.String()),
  /** Whether the session was proved with MFA. */
  mfaAuthenticated: Type.Boolean(),
  /** When the password (or key) was proved last. */
  authTime: EpochMs,
  authAgeSeconds: Type.Integer({ minimum: 0 }),
  expiresAt: EpochMs,
  /** SRN of the user behind a switched session. */
  originPrincipal: Type.Optional(Type.String()),
};

export const getIdentity = endpoint({
  method: 'GET',
  path: '/v1/auth/me',
  operation: 'Auth:getIdentity',
  own: true,
  summary: 'Who the calling session belongs to, and how it was proved.',
  status: 200,
  reply: closed(identity, 'Identity'),
  errors: ['AUM0001'],
});

/** SECURITY: a method in small letters is another one, and some programs run it as the one in capitals all the same. */
export const httpMethodPattern = '^[A-Z]+(?:[_-][A-Z]+)*$';

/** A call that somebody wants to make, as the guarded program matched it. */
export const CheckQuestion = closed(
  {
    api: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          '`Tag:operationId`; without it, the catalogues of the host say which operation method and path call',
      }),
    ),
    httpMethod: Type.Optional(Type.String({ pattern: httpMethodPattern, maxLength: 32 })),
    /** Of several guarded APIs, the one at this host. */
    host: Type.Optional(Type.String({ maxLength: 255 })),
    requestPath: Type.Optional(Type.String({ maxLength: 2048 })),
    pathVariables: Type.Optional(Variables),
    /** SECURITY: of a repeated one none, as some programs read its first value and others the last. */
    queryParameters: Type.Optional(Variables),
    sourceIp: Type.Optional(Type.String({ maxLength: 64 })),
  },
  'CheckQuestion',
);

/** What was decided, and what settled it. */
export const CheckAnswer = closed(
  {
    decision: oneOf('allow', 'deny'),
    /**
     * What settled it: that the credential opens nothing, that no catalogue has such an operation, who may call the operation at all, the kind of the session, that
     * MFA must be enrolled first, that MFA was reset a short time ago, that the proof of the password is too old, or the permissions.
     */
    settledBy: oneOf('credential', 'catalogue', 'access', 'session', 'enrolment', 'quarantine', 'proof', 'permission'),
    /** The operation that method and path call. */
    api: Type.Optional(Type.String()),
    /** The statement that decided. */
    statement: Type.Optional(
      closed({
        /** `own`, `role:<id>` or `default`. */
        source: Type.String(),
        /** Number in its document, from 1. */
        statement: Type.Integer(),
        effect: oneOf('allow', 'deny'),
      }),
    ),
    /** The permission that no statement gives. */
    missingPermission: Type.Optional(Type.String()),
    /** The person would be allowed to after proving this once more: the password, or MFA as well (RFC 9470). */
    stepUp: Type.Optional(oneOf('password', 'mfa')),
    /** Settled by the quarantine: when that ends, in milliseconds. */
    until: Type.Optional(Type.Integer()),
  },
  'CheckAnswer',
);

export const checkAuthorization = endpoint({
  method: 'POST',
  path: '/v1/authz/check',
  operation: 'Authz:checkAuthorization',
  own: true,
  summary: 'Whose session a credential opens, and which of up to 50 calls it may make.',
  body: closed({
    credential: closed({
      /** Token of a session, as it comes with `X-Soracom-Token` or after `Bearer`. */
      token: Type.Optional(Secret),
      /** Its API key, when the caller sent one: both must belong to the same session. */
      apiKey: Type.Optional(Secret),
      /** Value of the console's session cookie, instead of a token. */
      cookie: Type.Optional(Secret),
    }),
    questions: Type.Optional(Type.Array(CheckQuestion, { maxItems: 50 })),
  }),
  status: 200,
  reply: closed({
    /** Whether the credential opens a live session that this gate key may ask about. */
    active: Type.Boolean(),
    identity: Type.Optional(closed(identity, 'Identity')),
    /** In the order of the questions. */
    answers: Type.Array(CheckAnswer),
  }),
  errors: ['AUM0060'],
});

/**
 * RFC 7662 §2.1 and RFC 7009 §2.1; a hint changes nothing, as there is one kind of token. What else a client sends is
 * ignored (RFC 6749 §3.2), and a token of any length is one that may be unknown.
 */
const TokenForm = Type.Object({ token: Type.String({ minLength: 1 }), token_type_hint: Type.Optional(Type.String()) });

export const introspectToken = endpoint({
  method: 'POST',
  path: '/v1/oauth2/introspect',
  operation: 'Authz:introspectToken',
  own: true,
  form: true,
  summary: 'Whose session a token opens, as RFC 7662 has it.',
  body: TokenForm,
  status: 200,
  reply: closed(
    {
      active: Type.Boolean(),
      token_type: Type.Optional(Type.String()),
      /** SRN of the user. */
      sub: Type.Optional(Type.String()),
      username: Type.Optional(Type.String()),
      iss: Type.Optional(Type.String()),
      exp: Type.Optional(EpochSeconds),
      sid: Type.Optional(Type.String()),
      amr: Type.Optional(Type.Array(Type.String())),
      auth_time: Type.Optional(EpochSeconds),
      operator_id: Type.Optional(Type.String()),
    },
    'Introspection',
  ),
  errors: ['AUM0060'],
});

export const revokeToken = endpoint({
  method: 'POST',
  path: '/v1/oauth2/revoke',
  operation: 'Auth:revokeToken',
  own: true,
  form: true,
  summary: 'End the session of a token, as RFC 7009 has it: who holds the token may. The answer tells nothing.',
  body: TokenForm,
  status: 200,
});
