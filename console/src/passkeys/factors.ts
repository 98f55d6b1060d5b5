import { useQuery, useQueryClient } from '@tanstack/react-query';
import { listFactors, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import { mfaKey } from '../security/mfa-status.ts';
import { sessionQuery } from '../session/session.ts';
import { usersKey } from '../users/users.ts';

export type Factor = ReplyOf<typeof listFactors>[number];

const factorsKey = ['factors'];

/** One's own passkeys and authenticator app. */
export function useFactors() {
  return useQuery({ queryKey: factorsKey, queryFn: async () => (await call(listFactors, {})).reply });
}

/** Whatever of them changed, everything that shows them is read anew. */
export function useFactorsChanged() {
  const queries = useQueryClient();
  return async () => {
    for (const queryKey of [mfaKey, usersKey]) void queries.invalidateQueries({ queryKey });
    // What is shown next speaks of the factors that there are.
    await Promise.all([factorsKey, sessionQuery.queryKey].map((queryKey) => queries.invalidateQueries({ queryKey })));
  };
}
