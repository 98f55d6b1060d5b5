import type { Head } from '../audit/chain.ts';
import type { Engine } from '../db/copies.ts';

/** What is written beside a backup: enough to tell whether it is whole, and where it can be restored. */
export type Manifest = {
  readonly format: 1;
  readonly engine: Engine;
  /** The moment that the backup shows. */
  readonly at: string;
  /** The version of Warifu that made the last change of the schema, and that change. */
  readonly version: string;
  readonly migration: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Tells the keys that belong to it, and opens nothing. */
  readonly keyCheck: string;
  readonly audit: { readonly isWhole: boolean; readonly heads: readonly Head[] };
};

/** The file that stands beside a backup. */
export function manifestFile(backup: string): string {
  return `${backup}.json`;
}
