import { type QueryClient, useQuery } from '@tanstack/react-query';
import { listCatalogues, type previewCatalogue, type ReplyOf } from '@warifu/contract';
import { operationsKey } from '../permissions/known-operations.ts';
import { read } from '../permissions/use-refusal.ts';

export type Catalogue = ReplyOf<typeof listCatalogues>[number];
export type Preview = ReplyOf<typeof previewCatalogue>;
export type Touched = Preview['touched'][number];

const cataloguesKey = ['catalogues'];

/** The operator's catalogues and the host's. */
export function useCatalogues() {
  return useQuery({
    queryKey: cataloguesKey,
    queryFn: async ({ client }) => (await read(client, listCatalogues, {})).reply,
  });
}

/** After an import or a removal: also what editor, simulator and lists know of operations. */
export async function forgetCatalogues(queries: QueryClient): Promise<void> {
  await Promise.all([cataloguesKey, operationsKey].map((queryKey) => queries.invalidateQueries({ queryKey })));
}
