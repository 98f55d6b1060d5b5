declare module 'virtual:operations' {
  import type { Access, Language } from '@warifu/contract';
  import type { Operation } from '@warifu/policy';

  /** What a permission can name, with what an editor and the simulator say about it. */
  export const operations: readonly (Operation & {
    readonly summary: Readonly<Record<Language, string>>;
    readonly access: Access;
    readonly queryParameters: readonly string[];
  })[];
}
