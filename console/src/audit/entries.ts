import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getApiAuditLogs, type ReplyOf } from '@warifu/contract';
import { read } from '../permissions/use-refusal.ts';
import { type AuditSearch, toQuery } from './search.ts';

export type Entry = ReplyOf<typeof getApiAuditLogs>[number];

const pageSize = 50;

/** The entries that a search finds, page by page. */
export function useEntries({ zone: _, event: __, ...search }: AuditSearch) {
  return useInfiniteQuery({
    queryKey: ['audit', search],
    queryFn: async ({ client, pageParam }) => {
      const key = pageParam === '' ? {} : { last_evaluated_key: pageParam };
      const query = { limit: pageSize, ...toQuery(search, Date.now()), ...key };
      const { reply, nextKey } = await read(client, getApiAuditLogs, query);
      return { entries: reply, nextKey };
    },
    initialPageParam: '',
    getNextPageParam: ({ nextKey }) => nextKey,
  });
}

/** One entry by its place in the chain: the first one older than the next. */
export function useEntry(sequence: number) {
  return useQuery({
    queryKey: ['audit', 'entry', sequence],
    queryFn: async ({ client }) => {
      const { reply } = await read(client, getApiAuditLogs, { limit: 1, last_evaluated_key: String(sequence + 1) });
      return reply.find((entry) => entry.sequence === sequence) ?? null;
    },
  });
}
