import { check, type LintFinding, misspellings, type PermissionDocument } from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { invalidText, parsePermission } from './documents.ts';
import { operationsFor } from './imported.ts';

/**
 * Reads a permission that is about to be saved. A name that differs from an operation in case or blanks only is refused:
 * a deny that is spelled wrong would deny nothing (R57).
 * @throws Failure AUM0030
 */
export async function parseNewPermission(db: Db, operatorId: string, text: string): Promise<PermissionDocument> {
  const document = parsePermission(text);
  const [problem] = misspellings(document, (await operationsFor(db, operatorId)).policy);
  if (problem) throw invalidText('AUM0030', problem);
  return document;
}

/** Warnings about a permission that may be saved all the same; an empty text is none. */
export async function findingsIn(db: Db, operatorId: string, text: string): Promise<LintFinding[]> {
  return text === '' ? [] : check(parsePermission(text), (await operationsFor(db, operatorId)).policy);
}
