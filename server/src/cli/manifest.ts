import { readFileSync } from 'node:fs';
import type { Head } from '../audit/growth.ts';
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

/**
 * Reads what stands beside a backup.
 * @throws Error when there is none, or it is of another kind
 */
export function readManifest(backup: string): Manifest {
  const file = manifestFile(backup);
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    if (manifest.format === 1 && Array.isArray(manifest.audit.heads)) return manifest;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new Error(`${file} is missing: it belongs to ${backup}, and says whether that is whole.`);
    if (code !== undefined) throw new Error(`${file} cannot be read (${code}).`, { cause: error });
  }
  throw new Error(`${file} is no manifest of a backup that this version can read.`);
}
