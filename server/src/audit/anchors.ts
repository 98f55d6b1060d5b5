import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '../db/database.ts';
import type { Head } from './growth.ts';
import { newHead } from './record.ts';

/**
 * What is known of the audit log outside of the database: the last record of each chain that was seen committed
 * (decision 0027).
 */
export type Anchors = {
  /** Of the database that they were noted of: it goes up with each restore. */
  readonly epoch: number;
  readonly heads: ReadonlyMap<string, Head>;
};

/** What a database lacks of a chain. */
export type Loss = {
  readonly operatorId: string;
  /** The last record that was seen. */
  readonly sequence: number;
  /** How many of the last records are gone; 0 when they are there, but others than those that were seen. */
  readonly missing: number;
};

/** The file of a data folder that holds them: a line for the epoch, then a line for each head, the latest of a chain last. */
export function anchorFile(dataDir: string): string {
  return join(dataDir, 'audit-anchors.jsonl');
}

/** What a data folder knows; undefined when it knows nothing. */
export function readAnchors(dataDir: string): Anchors | undefined {
  let text: string;
  try {
    text = readFileSync(anchorFile(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [first = '', ...lines] = text.split('\n');
  const { epoch = 0 } = (parsed(first) ?? {}) as { epoch?: number };
  const heads = new Map<string, Head>();
  for (const line of lines) {
    // The last one may be half written: it is no loss that an anchor is older than what it anchors.
    const [operatorId, sequence, hash] = (parsed(line) ?? []) as [string?, number?, string?];
    if (operatorId === undefined || sequence === undefined || hash === undefined) continue;
    heads.set(operatorId, { operatorId, sequence, hash });
  }
  return { epoch, heads };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Writes all that is known, in the place of what was known before: whole or not at all. */
export function writeAnchors(dataDir: string, { epoch, heads }: Anchors): void {
  const file = anchorFile(dataDir);
  const part = `${file}.part`;
  const handle = openSync(part, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ epoch })}\n${[...heads.values()].map(lineOf).join('')}`);
    fsyncSync(handle);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
  renameSync(part, file);
}

/** Adds what was seen since. Not flushed to the disk: after a power cut an older anchor still tells what came before it. */
export async function appendAnchors(dataDir: string, heads: readonly Head[]): Promise<void> {
  await appendFile(anchorFile(dataDir), heads.map(lineOf).join(''), { flag: 'a' });
}

function lineOf({ operatorId, sequence, hash }: Head): string {
  return `${JSON.stringify([operatorId, sequence, hash])}\n`;
}

const atOnce = 200;

/** What a database lacks of what was seen in it. */
export async function lossesOf(db: Db, { heads }: Anchors): Promise<Loss[]> {
  const rows = await db.selectFrom('audit_heads').selectAll().execute();
  const now = new Map(rows.map((row) => [row.operator_id, row]));
  const losses: Loss[] = [];
  const within: Head[] = [];
  for (const head of heads.values()) {
    const { operatorId, sequence, hash } = head;
    const present = now.get(operatorId) ?? newHead(0);
    // Of what was pruned, the last record is known; those before it are told by the record of the pruning.
    const known = new Map([
      [present.sequence, present.hash],
      [present.pruned_sequence, present.pruned_hash],
    ]);
    if (present.sequence < sequence) losses.push({ operatorId, sequence, missing: sequence - present.sequence });
    else if (known.has(sequence)) {
      if (known.get(sequence) !== hash) losses.push({ operatorId, sequence, missing: 0 });
    } else if (sequence > present.pruned_sequence) within.push(head);
  }
  for (let from = 0; from < within.length; from += atOnce) {
    losses.push(...(await othersThan(db, within.slice(from, from + atOnce))));
  }
  return losses.sort((a, b) => (a.operatorId < b.operatorId ? -1 : 1));
}

/** Of records that are in the middle of their chains, those that are others than they were. */
async function othersThan(db: Db, seen: readonly Head[]): Promise<Loss[]> {
  const rows = await db
    .selectFrom('audit_log')
    .select(['operator_id', 'hash'])
    .where((eb) => eb.or(seen.map(({ operatorId, sequence }) => eb.and({ operator_id: operatorId, sequence }))))
    .execute();
  const hashes = new Map(rows.map((row) => [row.operator_id, row.hash]));
  return seen
    .filter(({ operatorId, hash }) => hashes.get(operatorId) !== hash)
    .map(({ operatorId, sequence }) => ({ operatorId, sequence, missing: 0 }));
}
