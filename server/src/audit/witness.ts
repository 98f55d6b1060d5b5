import type { Context } from '../context.ts';
import { hashSecret } from '../crypto/tokens.ts';
import type { Db } from '../db/database.ts';
import type { AuditHeads } from '../db/schema.ts';
import type { Point } from './chain.ts';

/** Where all chains ended at an instant, in a line: what was seen by a log outside of the machine cannot be taken back. */
export type Witness = {
  readonly at: number;
  readonly chains: number;
  /** Of all chains together. */
  readonly records: number;
  /** SHA-256 of the last records of all chains. */
  readonly digest: string;
};

/**
 * Where every chain ended at an instant, as its records tell by their times.
 * @returns undefined when records of later than that were pruned, so that nobody can tell
 */
export async function witnessAt(db: Db, at: number): Promise<Witness | undefined> {
  const heads = await db.selectFrom('audit_heads').selectAll().execute();
  const ends: [operatorId: string, sequence: number, hash: string][] = [];
  for (const head of heads) {
    const end = await endAt(db, head, at);
    if (end === undefined) return undefined;
    if (end.sequence > 0) ends.push([head.operator_id, end.sequence, end.hash]);
  }
  // By their code units: the order of a database is a setting of it.
  ends.sort(([a], [b]) => (a < b ? -1 : 1));
  const records = ends.reduce((sum, [, sequence]) => sum + sequence, 0);
  return { at, chains: ends.length, records, digest: hashSecret(JSON.stringify(ends)) };
}

async function endAt(db: Db, head: AuditHeads, at: number): Promise<Point | undefined> {
  if (head.at <= at) return head;
  const row = await db
    .selectFrom('audit_log')
    .select(['sequence', 'hash'])
    .where('operator_id', '=', head.operator_id)
    .where('sequence', '>', head.pruned_sequence)
    .where('at', '<=', at)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row !== undefined) return row;
  return head.pruned_at <= at ? { sequence: head.pruned_sequence, hash: head.pruned_hash } : undefined;
}

/** As it stands in the log, and is given to the host command. */
export function inOneWord({ at, records, digest }: Witness): string {
  return `${new Date(at).toISOString()}/${records}/${digest}`;
}

/** What a word of a log says; undefined when it is none. */
export function fromOneWord(word: string): Omit<Witness, 'chains'> | undefined {
  const [, time = '', records, digest = ''] = /^([\dT:.-]+Z)\/(\d{1,15})\/([\w-]{43})$/.exec(word) ?? [];
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : { at, records: Number(records), digest };
}

/**
 * Logs where the chains end.
 * @param settled milliseconds after which nothing is written with an earlier time
 */
export async function logHeads({ db, log, now }: Context, settled: number): Promise<void> {
  const witness = await witnessAt(db, now() - settled);
  if (witness) log.info({ head: inOneWord(witness), chains: witness.chains }, 'audit heads');
}
