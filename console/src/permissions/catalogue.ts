import { endpoints } from '@warifu/contract';
import type { Operation } from '@warifu/policy';

/** What a permission can name, with what an editor says about it. */
export type KnownOperation = Operation & { readonly summary: string };

export const operations: readonly KnownOperation[] = endpoints.map(({ permission, path, summary }) => ({
  name: permission,
  pathVariables: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''),
  summary,
}));
