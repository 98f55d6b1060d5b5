import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { AuthMethodField } from './factors.ts';
import { EpochMs, operatorParams, PermissionText, UserName } from './fields.ts';

const denied = ['AUM0001', 'AUM0017'] as const;
const Variables = Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 512 }));

const Statement = closed(
  {
    /** `own`, `role:<id>` or `default`. */
    source: Type.String(),
    /** Number in its document, from 1. */
    statement: Type.Integer(),
    effect: oneOf('allow', 'deny'),
    api: Type.Array(closed({ pattern: Type.String(), matched: Type.Boolean() })),
    condition: Type.Optional(
      closed({
        text: Type.String(),
        value: oneOf('true', 'false', 'fails'),
        failing: Type.Optional(Type.String()),
        /** Every part with its value, outermost first. */
        parts: Type.Array(closed({ text: Type.String(), value: Type.String(), depth: Type.Integer() })),
      }),
    ),
    applies: Type.Boolean(),
    deciding: Type.Boolean(),
  },
  'ExplainedStatement',
);

/** Which call of which user, in which circumstances. */
export const Question = {
  userName: UserName,
  api: Type.String({ minLength: 1, maxLength: 128 }),
  pathVariables: Type.Optional(Variables),
  queryParameters: Type.Optional(Variables),
  sourceIp: Type.Optional(Type.String({ maxLength: 64 })),
  at: Type.Optional(EpochMs),
  /** Seconds since the password was proved; 0 when left out. */
  authAgeSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
  /** As it is for the user when left out. */
  secondsSinceMfaReset: Type.Optional(Type.Integer({ minimum: 0 })),
  authMethod: Type.Optional(AuthMethodField),
};

export const explainPermission = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/permissions/explain',
  operation: 'User:explainPermission',
  own: true,
  traits: ['audit'],
  summary:
    'Decide a call for a SAM user, with every statement that counted. A draft may stand in for its own permission.',
  params: operatorParams,
  body: closed({
    ...Question,
    /** Instead of the user's own permission; roles and defaults still count. */
    draft: Type.Optional(PermissionText),
    mfaAuthenticated: Type.Optional(Type.Boolean()),
  }),
  status: 200,
  reply: closed({
    /** Who may call it at all; only `permission` is a matter of the statements below. */
    access: oneOf('anyone', 'signed in', 'root', 'permission', 'gate key'),
    decision: oneOf('allow', 'deny'),
    /**
     * What settled it: who may call the operation at all, the kind of the session (R50, R64), that MFA must be enrolled
     * first, that MFA was reset a short time ago, that the proof of the password is too old, or the statements.
     */
    settledBy: oneOf('access', 'session', 'enrolment', 'quarantine', 'proof', 'permission'),
    /** What the statements say: a deny, an allow, or that nothing applied. */
    rule: oneOf('deny', 'allow', 'default'),
    statements: Type.Array(Statement),
  }),
  errors: [...denied, 'AUM0030'],
});

export const whoCan = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/permissions/who_can',
  operation: 'User:whoCan',
  own: true,
  traits: ['audit'],
  summary: 'Every principal that may call an operation (on a target), and through which statements, roles or switches.',
  params: operatorParams,
  query: closed({
    api: Type.String({ minLength: 1, maxLength: 128 }),
    /** The target: value of `{user_name}` in the operation's path. */
    user_name: Type.Optional(UserName),
  }),
  status: 200,
  reply: Type.Array(
    closed(
      {
        /** SRN of the principal. */
        principal: Type.String(),
        /** Empty for the root user and for principals of other operators. */
        userName: Type.String(),
        kind: oneOf('root', 'sam', 'other operator'),
        /** `sometimes`: it depends on a condition, or on `mustEnrol`. */
        allowed: oneOf('always', 'sometimes'),
        /** SAM user that it must switch to first, when it may not by itself. */
        through: Type.Optional(Type.String()),
        /** The operator requires MFA and this user has none yet: until then it may only enrol. */
        mustEnrol: Type.Optional(Type.Boolean()),
        statements: Type.Array(
          closed({
            source: Type.String(),
            statement: Type.Integer(),
            /** A deny is listed where it makes the answer `sometimes`. */
            effect: oneOf('allow', 'deny'),
            condition: Type.Optional(Type.String()),
          }),
        ),
      },
      'Principal',
    ),
  ),
  errors: denied,
});
