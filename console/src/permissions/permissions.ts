import { useQuery } from '@tanstack/react-query';
import {
  getDefaultPermissions,
  getRole,
  getUserPermission,
  listRoleAttachedUsers,
  listRoles,
  listRoleVersions,
  listUserRoles,
  type ReplyOf,
} from '@warifu/contract';
import { usersKey } from '../users/users.ts';
import type { Saved } from './editor/draft.ts';
import { read } from './use-refusal.ts';

export type Role = ReplyOf<typeof listRoles>[number];
export type RoleWithPermission = ReplyOf<typeof getRole>;
/** A role as it was read, with the tag that a change of it must name. */
export type TaggedRole = RoleWithPermission & { readonly tag: string | undefined };

export const rolesKey = ['roles'];
export const defaultsKey = ['defaults'];
export const builtInOwner = 'soracom';

export function useOwnPermission(userName: string) {
  return useQuery({
    queryKey: [...usersKey, 'permission', userName],
    queryFn: async ({ client }): Promise<Saved> => {
      const { reply, tag } = await read(client, getUserPermission, { user_name: userName });
      return { text: reply.permission, tag };
    },
  });
}

export function useUserRoles(userName: string) {
  return useQuery({
    queryKey: [...usersKey, 'roles', userName],
    queryFn: async ({ client }) => (await read(client, listUserRoles, { user_name: userName })).reply,
  });
}

export function useDefaults() {
  return useQuery({
    queryKey: defaultsKey,
    queryFn: async ({ client }): Promise<Saved> => {
      const { reply, tag } = await read(client, getDefaultPermissions, {});
      return { text: reply.defaultPermissions, tag };
    },
  });
}

export function useRoles() {
  return useQuery({
    queryKey: [...rolesKey, 'list'],
    queryFn: async ({ client }) => (await read(client, listRoles, { owner: 'all' })).reply,
  });
}

export function useRole(roleId: string, enabled = true) {
  return useQuery({
    queryKey: [...rolesKey, 'one', roleId],
    queryFn: async ({ client }): Promise<TaggedRole> => {
      const { reply, tag } = await read(client, getRole, { role_id: roleId });
      return { ...reply, tag };
    },
    enabled,
  });
}

export function useRoleUsers(roleId: string) {
  return useQuery({
    queryKey: [...rolesKey, 'users', roleId],
    queryFn: async ({ client }) => (await read(client, listRoleAttachedUsers, { role_id: roleId })).reply,
  });
}

export function useRoleVersions(roleId: string) {
  return useQuery({
    queryKey: [...rolesKey, 'versions', roleId],
    queryFn: async ({ client }) => (await read(client, listRoleVersions, { role_id: roleId })).reply,
  });
}
