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
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from '../users/users.ts';
import type { Saved } from './editor/draft.ts';

export type Role = ReplyOf<typeof listRoles>[number];
export type RoleWithPermission = ReplyOf<typeof getRole>;
/** A role as it was read, with the tag that a change of it must name. */
export type TaggedRole = RoleWithPermission & { readonly tag: string | undefined };

export const rolesKey = ['roles'];
export const defaultsKey = ['defaults'];
export const builtInOwner = 'soracom';

export function useOwnPermission(userName: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...usersKey, 'permission', userName],
    queryFn: async (): Promise<Saved> => {
      const { reply, tag } = await call(getUserPermission, { operator_id: operatorId, user_name: userName });
      return { text: reply.permission, tag };
    },
  });
}

export function useUserRoles(userName: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...usersKey, 'roles', userName],
    queryFn: async () => (await call(listUserRoles, { operator_id: operatorId, user_name: userName })).reply,
  });
}

export function useDefaults() {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: defaultsKey,
    queryFn: async (): Promise<Saved> => {
      const { reply, tag } = await call(getDefaultPermissions, { operator_id: operatorId });
      return { text: reply.defaultPermissions, tag };
    },
  });
}

export function useRoles() {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...rolesKey, 'list'],
    queryFn: async () => (await call(listRoles, { operator_id: operatorId, owner: 'all' })).reply,
  });
}

export function useRole(roleId: string, enabled = true) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...rolesKey, 'one', roleId],
    queryFn: async (): Promise<TaggedRole> => {
      const { reply, tag } = await call(getRole, { operator_id: operatorId, role_id: roleId });
      return { ...reply, tag };
    },
    enabled,
  });
}

export function useRoleUsers(roleId: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...rolesKey, 'users', roleId],
    queryFn: async () => (await call(listRoleAttachedUsers, { operator_id: operatorId, role_id: roleId })).reply,
  });
}

export function useRoleVersions(roleId: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...rolesKey, 'versions', roleId],
    queryFn: async () => (await call(listRoleVersions, { operator_id: operatorId, role_id: roleId })).reply,
  });
}
