import { operations as own } from 'virtual:operations';
import { useQuery } from '@tanstack/react-query';
import { type Language, listOperations, type ReplyOf } from '@warifu/contract';
import { useMemo } from 'react';
import { useSession } from '../session/session.ts';
import { namesIn } from './refusal.ts';
import { read } from './use-refusal.ts';

type Imported = ReplyOf<typeof listOperations>[number];

/** What a permission can name: an operation of this server, or of an imported catalogue. */
export type KnownOperation = (typeof own)[number] & {
  /** Of this server: the operator in its path is always the caller's own. */
  readonly isOwn: boolean;
};

/** The operations that there are for the operator, as far as the caller may see them. */
export type Known = {
  readonly operations: readonly KnownOperation[];
  /** Whether these are all: else nothing can be said of a name that is not among them. */
  readonly isWhole: boolean;
};

export const operationsKey = ['operations'];

const ownOperations = own.map((operation) => ({ ...operation, isOwn: true }));
/** Those of this server alone, while nothing is known of others. */
export const ownOnly: Known = { operations: ownOperations, isWhole: false };

/** This server's operations with those of imported catalogues: the one place that says which there are. */
export function useOperations(): Known {
  const { operatorId } = useSession();
  const { data } = useQuery({
    queryKey: [...operationsKey, operatorId],
    queryFn: async ({ client }) => (await read(client, listOperations, {})).reply,
    staleTime: 30_000,
    retry: false,
  });
  return useMemo(() => (data ? { operations: withImported(data), isWhole: true } : ownOnly), [data]);
}

/** Those of this server, and imported ones as they are asked about. */
export function withImported(imported: readonly Imported[]): KnownOperation[] {
  return [...ownOperations, ...imported.map(toKnown)];
}

function toKnown({ operation, method, path, summary, queryParameters = [] }: Imported): KnownOperation {
  const words: Record<Language, string> = { ja: summary, en: summary };
  return {
    name: operation,
    pathVariables: namesIn(path),
    queryParameters,
    method,
    path,
    summary: words,
    access: 'permission',
    isOwn: false,
  };
}
