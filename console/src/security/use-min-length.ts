import { useQuery } from '@tanstack/react-query';
import { getSetup } from '@warifu/contract';
import { call } from '../api.ts';

/** The least length of a password on this server. */
export function useMinLength(): number {
  const { data } = useQuery({
    queryKey: ['server-facts'],
    queryFn: async () => (await call(getSetup, {})).reply,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data?.passwordMinLength ?? 12;
}
