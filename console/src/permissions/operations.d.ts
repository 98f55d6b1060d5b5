declare module 'virtual:operations' {
  /** What a permission can name, with what an editor says about it. */
  export const operations: readonly (import('@warifu/policy').Operation & { readonly summary: string })[];
}
