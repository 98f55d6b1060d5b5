import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { factorErrors, factorProof } from './factors.ts';
import { EpochMs, Password, userParams } from './fields.ts';

export const SignIn = closed(
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
    signInId: Type.String({ maxLength: 32 }),
    currentPassword: Password,
    newPassword: Password,
    ...factorProof,
  }),
  status: 204,
  errors: ['AUM0001', 'AUM0010', 'AUM0011', 'MFA0001', ...factorErrors],
  personOnly: true,
});
