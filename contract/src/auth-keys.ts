import { Type } from 'typebox';
import { closed, endpoint } from './endpoint.ts';
import { EpochSeconds, operatorParams, userParams } from './fields.ts';

export const AuthKeyInfo = closed(
  {
    authKeyId: Type.String(),
    createDateTime: EpochSeconds,
    lastUsedDateTime: Type.Optional(EpochSeconds),
  },
  'AuthKey',
);

/** The secret is in this answer only. */
const NewAuthKey = closed({ authKeyId: Type.String(), authKey: Type.String() }, 'NewAuthKey');

const operatorKeyParams = closed({ ...operatorParams.properties, auth_key_id: Type.String({ maxLength: 64 }) });
const userKeyParams = closed({ ...userParams.properties, auth_key_id: Type.String({ maxLength: 64 }) });

export const listOperatorAuthKeys = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/auth_keys',
  operation: 'Operator:listOperatorAuthKeys',
  summary: "The root user's auth keys.",
  params: operatorParams,
  status: 200,
  reply: Type.Array(AuthKeyInfo),
  errors: ['AUM0001', 'AUM0016'],
});

export const generateOperatorAuthKey = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/auth_keys',
  operation: 'Operator:generateOperatorAuthKey',
  traits: ['lasting credential'],
  summary: 'Make an auth key of the root user. Its secret is in this answer only.',
  params: operatorParams,
  status: 201,
  reply: NewAuthKey,
  errors: ['AUM0001', 'AUM0016', 'AUM0023'],
  stepUp: true,
  personOnly: true,
});

export const deleteOperatorAuthKey = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/auth_keys/{auth_key_id}',
  operation: 'Operator:deleteOperatorAuthKey',
  summary: 'Delete an auth key of the root user; its sessions end.',
  params: operatorKeyParams,
  status: 204,
  errors: ['AUM0001', 'AUM0016'],
});

export const listUserAuthKeys = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/users/{user_name}/auth_keys',
  operation: 'User:listUserAuthKeys',
  summary: "A SAM user's auth keys.",
  params: userParams,
  status: 200,
  reply: Type.Array(AuthKeyInfo),
  errors: ['AUM0001', 'AUM0017'],
});

export const generateUserAuthKey = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/users/{user_name}/auth_keys',
  operation: 'User:generateUserAuthKey',
  traits: ['credentials', 'lasting credential'],
  summary: 'Make an auth key of a SAM user. Its secret is in this answer only.',
  params: userParams,
  status: 200,
  reply: NewAuthKey,
  errors: ['AUM0001', 'AUM0017', 'AUM0023', 'AUM0024', 'AUM0040'],
});

export const getUserAuthKey = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/users/{user_name}/auth_keys/{auth_key_id}',
  operation: 'User:getUserAuthKey',
  summary: 'One auth key of a SAM user.',
  params: userKeyParams,
  status: 200,
  reply: AuthKeyInfo,
  errors: ['AUM0001', 'AUM0017'],
});

export const deleteUserAuthKey = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/users/{user_name}/auth_keys/{auth_key_id}',
  operation: 'User:deleteUserAuthKey',
  traits: ['credentials'],
  summary: 'Delete an auth key of a SAM user; its sessions end.',
  params: userKeyParams,
  status: 204,
  errors: ['AUM0001', 'AUM0017'],
});
