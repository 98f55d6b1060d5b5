import { useQuery } from '@tanstack/react-query';
import { getUser, getUserMFAStatus, listUserAuthKeys, listUsers, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { useSession } from '../session/session.ts';

export type User = ReplyOf<typeof getUser>;
export type UserMfaState = ReplyOf<typeof getUserMFAStatus>;
export type AuthKey = ReplyOf<typeof listUserAuthKeys>[number];

/** Everything about SAM users is kept under this key, so that one change refreshes what shows it. */
export const usersKey = ['users'];

export function useUsers(enabled = true) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...usersKey, 'list'],
    queryFn: async () => (await call(listUsers, { operator_id: operatorId })).reply,
    enabled,
  });
}

export function useUser(userName: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...usersKey, 'one', userName],
    queryFn: async () => (await call(getUser, { operator_id: operatorId, user_name: userName })).reply,
  });
}

export function useUserMfa(userName: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...usersKey, 'mfa', userName],
    queryFn: async () => (await call(getUserMFAStatus, { operator_id: operatorId, user_name: userName })).reply,
  });
}

export function useUserKeys(userName: string) {
  const { operatorId } = useSession();
  return useQuery({
    queryKey: [...usersKey, 'keys', userName],
    queryFn: async () => (await call(listUserAuthKeys, { operator_id: operatorId, user_name: userName })).reply,
  });
}

/** How this user gets in again when a device or the password is lost. */
export function wayBackOf({ hasPassword, mfaStatus }: User): 'noPassword' | 'active' | 'passwordOnly' {
  if (!hasPassword) return 'noPassword';
  return mfaStatus === 'ACTIVE' ? 'active' : 'passwordOnly';
}
