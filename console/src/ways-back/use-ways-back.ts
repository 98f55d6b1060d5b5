import { useQuery } from '@tanstack/react-query';
import { getUserWaysBack, getWaysBack, listWaysBack } from '@warifu/contract';
import { call } from '../api.ts';
import { read } from '../permissions/use-refusal.ts';
import { mfaKey } from '../security/mfa-status.ts';
import { useSession } from '../session/session.ts';
import { usersKey } from '../users/users.ts';
import type { Levels, UserLevel } from './ways.ts';

/** The ways of whoever is signed in. A switched session has none of its own, and asks nothing. */
export function useOwnWaysBack() {
  const { sessionId, switchedFrom } = useSession();
  return useQuery({
    queryKey: [...mfaKey, 'ways-back', sessionId],
    queryFn: async () => (await call(getWaysBack, {})).reply,
    enabled: switchedFrom === undefined,
  });
}

/** The ways of a SAM user, for whoever may read them. */
export function useUserWaysBack(userName: string) {
  return useQuery({
    queryKey: [...usersKey, 'ways-back', userName],
    queryFn: async ({ client }) => (await read(client, getUserWaysBack, { user_name: userName })).reply,
  });
}

/** Whether each SAM user gets in alone, by name, for whoever may read that. */
export function useUserLevels() {
  return useQuery({
    queryKey: [...usersKey, 'ways-back'],
    queryFn: async ({ client }) => (await read(client, listWaysBack, {})).reply,
    select: byName,
  });
}

const byName = (users: readonly UserLevel[]): Levels => new Map(users.map((user) => [user.userName, user]));
