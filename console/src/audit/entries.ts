import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getApiAuditLogs, type ReplyOf } from '@warifu/contract';
import { call } from '../api.ts';
import type { AuditSearch, Range } from './routes.ts';

export type Entry = ReplyOf<typeof getApiAuditLogs>[number];

const pageSize = 50;

/** The entries that a search finds, page by page. */
export function useEntries({ kind, range, from, to }: AuditSearch) {
  return useInfiniteQuery({
    queryKey: ['audit', kind, range, from, to],
    queryFn: async ({ pageParam }) => {
      const { reply, nextKey } = await call(getApiAuditLogs, {
        limit: pageSize,
        ...(kind === undefined ? {} : { api_kind: kind }),
        ...bounds({ range, from, to }),
        ...(pageParam === '' ? {} : { last_evaluated_key: pageParam }),
      });
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
    queryFn: async () => {
      const { reply } = await call(getApiAuditLogs, { limit: 1, last_evaluated_key: String(sequence + 1) });
      return reply.find((entry) => entry.sequence === sequence) ?? null;
    },
  });
}

const lengths: Record<Exclude<Range, 'custom'>, number> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

type Bounds = { from_epoch_ms?: number; to_epoch_ms?: number };

function bounds({ range, from, to }: { [K in 'range' | 'from' | 'to']: AuditSearch[K] | undefined }): Bounds {
  if (range === undefined) return {};
  if (range !== 'custom') return { from_epoch_ms: Date.now() - lengths[range] };
  return { ...(from === undefined ? {} : { from_epoch_ms: from }), ...(to === undefined ? {} : { to_epoch_ms: to }) };
}
