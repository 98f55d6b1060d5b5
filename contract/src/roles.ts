import { Type } from 'typebox';
import { closed, endpoint, oneOf } from './endpoint.ts';
import {
  Description,
  EpochSeconds,
  operatorParams,
  PermissionText,
  RoleId,
  RoleInfo,
  RoleOwner,
  roleParams,
  userParams,
} from './fields.ts';
import { UserInfo } from './users.ts';

const role = '/v1/operators/{operator_id}/roles/{role_id}';
const denied = ['AUM0001', 'AUM0017'] as const;
const RoleWithPermission = closed({ ...RoleInfo.properties, permission: Type.String() }, 'RoleWithPermission');

export const listRoles = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/roles',
  operation: 'Role:listRoles',
  traits: ['audit'],
  summary: 'The roles that users of the operator can attach: its own, or with `owner` the built-in ones or all.',
  params: operatorParams,
  query: closed({ owner: Type.Optional(oneOf('operator', 'soracom', 'all')) }),
  status: 200,
  reply: Type.Array(RoleInfo),
  errors: denied,
});

export const getRole = endpoint({
  method: 'GET',
  path: role,
  operation: 'Role:getRole',
  headers: ['etag'],
  traits: ['audit'],
  summary: 'One role with its permission.',
  params: roleParams,
  status: 200,
  reply: RoleWithPermission,
  errors: denied,
});

export const createRole = endpoint({
  method: 'POST',
  path: role,
  operation: 'Role:createRole',
  headers: ['warifu-findings'],
  summary: 'Create a role.',
  params: roleParams,
  body: closed({ permission: PermissionText, description: Type.Optional(Description) }),
  status: 200,
  reply: closed({ roleId: Type.String() }),
  errors: [...denied, 'AUM0024', 'AUM0040', 'AUM0030', 'AUM0032', 'AUM0041'],
});

export const updateRole = endpoint({
  method: 'PUT',
  path: role,
  operation: 'Role:updateRole',
  headers: ['warifu-findings'],
  summary: "Replace a role's permission. It acts on the next request of every user that has it.",
  params: roleParams,
  body: closed({ permission: PermissionText, description: Type.Optional(Description) }),
  status: 200,
  errors: [...denied, 'COM0412', 'AUM0024', 'AUM0040', 'AUM0030', 'AUM0034'],
});

export const deleteRole = endpoint({
  method: 'DELETE',
  path: role,
  operation: 'Role:deleteRole',
  summary: 'Delete a role that no user has attached.',
  params: roleParams,
  status: 204,
  errors: [...denied, 'COM0412', 'AUM0033', 'AUM0034'],
});

export const listRoleAttachedUsers = endpoint({
  method: 'GET',
  path: `${role}/users`,
  operation: 'Role:listRoleAttachedUsers',
  traits: ['audit'],
  summary: 'The SAM users that have a role.',
  params: roleParams,
  status: 200,
  reply: Type.Array(UserInfo),
  errors: denied,
});

export const listRoleVersions = endpoint({
  method: 'GET',
  path: `${role}/versions`,
  operation: 'Role:listRoleVersions',
  traits: ['audit'],
  summary: 'The published versions of a built-in role, newest first.',
  params: roleParams,
  status: 200,
  reply: Type.Array(
    closed(
      {
        roleId: Type.String(),
        roleName: Type.String(),
        owner: RoleOwner,
        description: Type.String(),
        permission: Type.String(),
        version: Type.Integer(),
        publishDateTime: EpochSeconds,
      },
      'RoleVersion',
    ),
  ),
  errors: [...denied, 'AUM0035'],
});

export const listUserRoles = endpoint({
  method: 'GET',
  path: '/v1/operators/{operator_id}/users/{user_name}/roles',
  operation: 'Role:listUserRoles',
  traits: ['audit'],
  summary: 'The roles of a SAM user.',
  params: userParams,
  status: 200,
  reply: Type.Array(RoleWithPermission),
  errors: denied,
});

export const attachRole = endpoint({
  method: 'POST',
  path: '/v1/operators/{operator_id}/users/{user_name}/roles',
  operation: 'Role:attachRole',
  summary: 'Attach a role to a SAM user.',
  params: userParams,
  body: closed({ roleId: Type.Optional(RoleId) }),
  status: 200,
  errors: [...denied, 'AUM0024', 'AUM0040', 'AUM0042', 'AUM0050', 'AUM0051'],
});

export const detachRole = endpoint({
  method: 'DELETE',
  path: '/v1/operators/{operator_id}/users/{user_name}/roles/{role_id}',
  operation: 'Role:detachRole',
  summary: 'Take a role from a SAM user.',
  params: closed({ ...userParams.properties, role_id: RoleId }),
  status: 200,
  errors: [...denied, 'AUM0024', 'AUM0026', 'AUM0040'],
});
