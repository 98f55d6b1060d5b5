import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import { EpochMs, operatorParams, RoleId, roleParams, UserName, userParams } from './fields.ts';
import { WayBackLevel } from './ways-back.ts';

const denied = ['AUM0001', 'AUM0017'] as const;
const Rule = oneOf('root', 'sam_users', 'role', 'user');

/** From when on MFA is required; until then people sign in as before. An instant that is over binds at once. */
export const RequiredFrom = Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 });

/** What wants MFA of a user: a switch of the operator, one of the user's roles, or the user's own. */
export const MfaRequirement = closed(
  {
    rule: Rule,
    /** ID of the role, or name of the SAM user. */
    name: Type.Optional(Type.String()),
    from: EpochMs,
  },
  'MfaRequirement',
);

export const listMFARequirements = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/mfa_requirements',
  operation: 'Operator:listMFARequirements',
  own: true,
  summary: 'Of whom MFA is required and from when on: by the settings, by roles and by SAM users. The earliest binds.',
  params: operatorParams,
  status: 200,
  reply: Type.Array(MfaRequirement),
  errors: denied,
});

export const rehearseMFARequirement = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/mfa_requirements/rehearsal',
  operation: 'Operator:rehearseMFARequirement',
  own: true,
  summary: 'Whom a requirement of MFA would touch if it bound now, who could enrol alone, and who may help the others.',
  params: operatorParams,
  query: closed({
    rule: Rule,
    /** For `role`. */
    role_id: Type.Optional(RoleId),
    /** For `user`. */
    user_name: Type.Optional(UserName),
  }),
  status: 200,
  reply: closed({
    users: Type.Array(
      closed(
        {
          /** Empty for the root user. */
          userName: Type.String(),
          mfaActive: Type.Boolean(),
          /**
           * `ready`: it has MFA. `enrols`: it signs in and can only enrol. `locked out`: it has no password that opens
           * anything, so somebody must give it one. `programs only`: no password, but AuthKeys, which are not asked for MFA.
           */
          standing: oneOf('ready', 'enrols', 'locked out', 'programs only'),
          /** Of one that is ready: how it gets in when the device with its factor is gone. */
          wayBack: Type.Optional(WayBackLevel),
          authKeys: Type.Integer(),
          lastSignInAt: Type.Optional(EpochMs),
          /** The rule that binds it, or will, as things are. */
          bound: Type.Optional(MfaRequirement),
        },
        'RehearsedUser',
      ),
    ),
    /** Who may give a SAM user a password, and so help one that is locked out; an empty name is the root user. */
    helpers: Type.Array(
      closed({ userName: Type.String(), allowed: oneOf('always', 'sometimes'), mfaActive: Type.Boolean() }),
    ),
  }),
  errors: denied,
});

const requirement = {
  own: true,
  body: closed({
    required: Type.Boolean(),
    /** Now, when it is left out. */
    from: Type.Optional(RequiredFrom),
  }),
  status: 200,
  reply: closed({
    /** When the caller itself has no MFA: from when on its session can only enrol. */
    callerMustEnrolFrom: Type.Optional(EpochMs),
  }),
  stepUp: true,
  personOnly: true,
} as const;

export const updateUserMFARequirement = endpoint({
  ...requirement,
  method: 'PUT',
  path: '/v1/operators/{operator_id}/users/{user_name}/mfa_requirement',
  operation: 'User:updateUserMFARequirement',
  summary: 'Require MFA of a SAM user from an instant on, or no longer. It acts on its next request.',
  params: userParams,
  errors: [...denied, 'AUM0024', 'AUM0026', 'AUM0040'],
});

export const updateRoleMFARequirement = endpoint({
  ...requirement,
  method: 'PUT',
  path: '/v1/operators/{operator_id}/roles/{role_id}/mfa_requirement',
  operation: 'Role:updateRoleMFARequirement',
  summary: 'Require MFA of every user of a role from an instant on, or no longer. It acts on their next requests.',
  params: roleParams,
  errors: [...denied, 'AUM0024', 'AUM0026', 'AUM0034', 'AUM0040'],
});
