import { Type } from 'typebox';
import { AssistedReset } from './assisted-reset.ts';
import { AuthKeyInfo } from './auth-keys.ts';
import { closed, endpoint } from './endpoint.ts';
import { AuthenticatorAppBegun } from './factors.ts';
import {
  Description,
  EpochMs,
  EpochSeconds,
  MfaStatus,
  OtpCode,
  operatorParams,
  Password,
  PermissionText,
  RoleInfo,
  userParams,
} from './fields.ts';

export const UserInfo = closed(
  {
    userName: Type.String(),
    description: Type.String(),
    createDateTime: EpochSeconds,
    updateDateTime: EpochSeconds,
    hasPassword: Type.Boolean(),
    permission: Type.String(),
    authKeyList: Type.Array(AuthKeyInfo),
    roleList: Type.Array(RoleInfo),
    /** Our own members: what the list of users shows. */
    mfaStatus: MfaStatus,
    lastSignInDateTime: Type.Optional(EpochSeconds),
  },
  'User',
);

const user = '/v1/operators/{operator_id}/users/{user_name}';
const denied = ['AUM0001', 'AUM0017'] as const;

export const listUsers = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/users',
  operation: 'User:listUsers',
  traits: ['security management', 'audit'],
  summary: 'The SAM users of the operator, by name.',
  params: operatorParams,
  status: 200,
  reply: Type.Array(UserInfo),
  errors: denied,
});

export const getUser = endpoint({
  method: 'GET',
  path: user,
  operation: 'User:getUser',
  traits: ['own MFA', 'security management', 'audit'],
  summary: 'One SAM user.',
  params: userParams,
  status: 200,
  reply: UserInfo,
  errors: denied,
});

export const createUser = endpoint({
  method: 'POST',
  path: user,
  operation: 'User:createUser',
  summary: 'Create a SAM user. It may do nothing until a permission says so.',
  params: userParams,
  body: closed({ description: Type.Optional(Description) }),
  status: 201,
  errors: [...denied, 'AUM0020', 'AUM0021', 'AUM0024', 'AUM0040'],
});

export const updateUser = endpoint({
  method: 'PUT',
  path: user,
  operation: 'User:updateUser',
  summary: "Change a SAM user's description.",
  params: userParams,
  body: closed({ description: Type.Optional(Description) }),
  status: 200,
  errors: denied,
});

export const deleteUser = endpoint({
  method: 'DELETE',
  path: user,
  operation: 'User:deleteUser',
  summary: 'Delete a SAM user with its password, MFA, auth keys and sessions.',
  params: userParams,
  status: 204,
  errors: denied,
});

export const hasUserPassword = endpoint({
  method: 'GET',
  path: `${user}/password`,
  operation: 'User:hasUserPassword',
  traits: ['security management'],
  summary: 'Whether a SAM user has a password.',
  params: userParams,
  status: 200,
  reply: closed({ hasPassword: Type.Boolean() }),
  errors: denied,
});

export const createUserPassword = endpoint({
  method: 'POST',
  path: `${user}/password`,
  operation: 'User:createUserPassword',
  traits: ['credentials', 'lasting credential', 'security management'],
  summary: 'Give a SAM user its first password.',
  params: userParams,
  body: closed({ password: Type.Optional(Password) }),
  status: 201,
  errors: [...denied, 'AUM0010', 'AUM0022', 'AUM0024', 'AUM0040'],
  personOnly: true,
});

export const updateUserPassword = endpoint({
  method: 'PUT',
  path: `${user}/password`,
  operation: 'User:updateUserPassword',
  headers: ['warifu-receipt'],
  traits: ['credentials', 'lasting credential', 'security management'],
  summary: "Change a SAM user's password with its current one. Its other sessions end.",
  params: userParams,
  body: closed({ currentPassword: Password, newPassword: Password }),
  status: 200,
  errors: [...denied, 'AUM0010', 'AUM0011', 'AUM0024', 'AUM0040'],
  personOnly: true,
});

export const deleteUserPassword = endpoint({
  method: 'DELETE',
  path: `${user}/password`,
  operation: 'User:deleteUserPassword',
  headers: ['warifu-receipt'],
  traits: ['credentials', 'ends sessions', 'security management'],
  summary: "Delete a SAM user's password; its sessions end.",
  params: userParams,
  status: 204,
  errors: denied,
  personOnly: true,
});

export const getUserPermission = endpoint({
  method: 'GET',
  path: `${user}/permission`,
  operation: 'User:getUserPermission',
  headers: ['etag'],
  traits: ['audit'],
  summary: "A SAM user's own permission, as JSON text.",
  params: userParams,
  status: 200,
  reply: closed({ permission: Type.String() }),
  errors: denied,
});

export const updateUserPermission = endpoint({
  method: 'PUT',
  path: `${user}/permission`,
  operation: 'User:updateUserPermission',
  headers: ['warifu-findings'],
  summary: "Replace a SAM user's own permission. It acts on the next request.",
  params: userParams,
  body: closed({ permission: PermissionText, description: Type.Optional(Description) }),
  status: 200,
  errors: [...denied, 'COM0412', 'AUM0024', 'AUM0040', 'AUM0030'],
});

export const deleteUserPermission = endpoint({
  method: 'DELETE',
  path: `${user}/permission`,
  operation: 'User:deleteUserPermission',
  summary: "Delete a SAM user's own permission.",
  params: userParams,
  status: 204,
  errors: [...denied, 'COM0412', 'AUM0024', 'AUM0040'],
});

export const revokeUserAuthTokens = endpoint({
  method: 'DELETE',
  path: `${user}/tokens`,
  operation: 'User:revokeUserAuthTokens',
  traits: ['credentials', 'ends sessions', 'security management'],
  summary: 'End every session of a SAM user.',
  params: userParams,
  status: 204,
  errors: denied,
});

export const enableUserMFA = endpoint({
  method: 'POST',
  path: `${user}/mfa`,
  operation: 'User:enableUserMFA',
  traits: ['sam enrolment', 'credentials', 'own MFA', 'security management'],
  summary: "Begin a SAM user's enrolment: a new secret for an authenticator. Nothing changes at sign-in yet.",
  params: userParams,
  status: 200,
  reply: AuthenticatorAppBegun,
  errors: [...denied, 'AUM0024', 'AUM0040', 'MFA0003'],
  stepUp: true,
  personOnly: true,
});

export const verifyUserMFA = endpoint({
  method: 'POST',
  path: `${user}/mfa/verify`,
  operation: 'User:verifyUserMFA',
  headers: ['warifu-receipt'],
  traits: ['sam enrolment', 'credentials', 'own MFA', 'security management'],
  summary: "Confirm a SAM user's enrolment with a code. SAM users have no backup codes.",
  params: userParams,
  body: closed({ mfaOTPCode: OtpCode }),
  status: 204,
  errors: [...denied, 'AUM0024', 'AUM0040', 'MFA0003', 'MFA0006', 'MFA0007', 'MFA0012'],
  personOnly: true,
});

export const getUserMFAStatus = endpoint({
  method: 'GET',
  path: `${user}/mfa`,
  operation: 'User:getUserMFAStatus',
  traits: ['sam enrolment', 'own MFA', 'security management', 'audit'],
  summary: "A SAM user's MFA status.",
  params: userParams,
  status: 200,
  reply: closed({
    status: MfaStatus,
    activatedAt: Type.Optional(Type.Integer()),
    lastUsedAt: Type.Optional(Type.Integer()),
    suspended: Type.Optional(Type.Boolean()),
    /** A reset that somebody else started and the user can finish. */
    pendingReset: Type.Optional(AssistedReset),
    /** While the user is in quarantine: when that ends. */
    quarantinedUntil: Type.Optional(EpochMs),
  }),
  errors: denied,
});

export const revokeUserMFA = endpoint({
  method: 'DELETE',
  path: `${user}/mfa`,
  operation: 'User:revokeUserMFA',
  headers: ['warifu-receipt'],
  traits: ['removes-mfa', 'own MFA', 'security management'],
  summary: "Disable a SAM user's MFA. Its sessions end; the root user is told.",
  params: userParams,
  status: 204,
  errors: [...denied, 'MFA0005', 'MFA0009'],
  stepUp: true,
  personOnly: true,
});

export const getUserTrustPolicy = endpoint({
  method: 'GET',
  path: `${user}/trust_policy`,
  operation: 'User:getUserTrustPolicy',
  headers: ['etag'],
  traits: ['audit'],
  summary: 'Who may switch to a SAM user, as JSON text.',
  params: userParams,
  status: 200,
  reply: closed({ trustPolicy: Type.String() }),
  errors: denied,
});

export const updateUserTrustPolicy = endpoint({
  method: 'PUT',
  path: `${user}/trust_policy`,
  operation: 'User:updateUserTrustPolicy',
  headers: ['warifu-findings'],
  summary: 'Say who may switch to a SAM user. Principals are named exactly.',
  params: userParams,
  body: closed({ trustPolicy: Type.Optional(PermissionText) }),
  status: 204,
  errors: [...denied, 'COM0412', 'AUM0024', 'AUM0040', 'AUM0031'],
  personOnly: true,
});

export const deleteUserTrustPolicy = endpoint({
  method: 'DELETE',
  path: `${user}/trust_policy`,
  operation: 'User:deleteUserTrustPolicy',
  summary: 'Let nobody switch to a SAM user.',
  params: userParams,
  status: 204,
  errors: [...denied, 'COM0412'],
  personOnly: true,
});

const defaults = '/v1/operators/{operator_id}/users/default_permissions';

export const getDefaultPermissions = endpoint({
  method: 'GET',
  path: defaults,
  operation: 'User:getDefaultPermissions',
  headers: ['etag'],
  traits: ['audit'],
  summary: 'The permission that every SAM user of the operator has, as JSON text.',
  params: operatorParams,
  status: 200,
  reply: closed({ defaultPermissions: Type.String() }),
  errors: denied,
});

export const updateDefaultPermissions = endpoint({
  method: 'PUT',
  path: defaults,
  operation: 'User:updateDefaultPermissions',
  headers: ['warifu-findings'],
  summary: 'Replace the permission that every SAM user of the operator has.',
  params: operatorParams,
  body: closed({ permissions: PermissionText }),
  status: 202,
  errors: [...denied, 'COM0412', 'AUM0024', 'AUM0040', 'AUM0030'],
});

export const deleteDefaultPermissions = endpoint({
  method: 'DELETE',
  path: defaults,
  operation: 'User:deleteDefaultPermissions',
  summary: 'Delete the permission that every SAM user of the operator has.',
  params: operatorParams,
  status: 204,
  errors: [...denied, 'COM0412', 'AUM0024', 'AUM0040'],
});
