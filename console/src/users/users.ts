import { useQuery } from '@tanstack/react-query';
import { getUser, getUserMFAStatus, listUserAuthKeys, listUsers, type ReplyOf } from '@warifu/contract';
import { read } from '../permissions/use-refusal.ts';

export type User = ReplyOf<typeof getUser>;
export type UserMfaState = ReplyOf<typeof getUserMFAStatus>;
export type AuthKey = ReplyOf<typeof listUserAuthKeys>[number];

/** Everything about SAM users is kept under this key, so that one change refreshes what shows it. */
export const usersKey = ['users'];

export function useUsers(enabled = true) {
  return useQuery({
    queryKey: [...usersKey, 'list'],
    queryFn: async ({ client }) => (await read(client, listUsers, {})).reply,
    enabled,
  });
}

export function useUser(userName: string) {
  return useQuery({
    queryKey: [...usersKey, 'one', userName],
    queryFn: async ({ client }) => (await read(client, getUser, { user_name: userName })).reply,
  });
}

export function useUserMfa(userName: string) {
  return useQuery({
    queryKey: [...usersKey, 'mfa', userName],
    queryFn: async ({ client }) => (await read(client, getUserMFAStatus, { user_name: userName })).reply,
  });
}

export function useUserKeys(userName: string) {
  return useQuery({
    queryKey: [...usersKey, 'keys', userName],
    queryFn: async ({ client }) => (await read(client, listUserAuthKeys, { user_name: userName })).reply,
  });
}
