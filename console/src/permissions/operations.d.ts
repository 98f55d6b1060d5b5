declare module 'virtual:operations' {
  import type { Operation } from '@warifu/policy';

  /** What a permission can name, with what an editor says about it. */
  export const operations: readonly (Operation & { readonly summary: string })[];
}
