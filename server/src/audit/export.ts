import type { Db } from '../db/database.ts';
import type { AuditLog } from '../db/schema.ts';
import { type ChainFault, headsOf } from './chain.ts';
import { chainHash } from './record.ts';

export type Selection = {
  /** One chain; all when left out. */
  readonly operatorId?: string;
  /** Milliseconds, both inclusive. */
  readonly since?: number;
  readonly until?: number;
};

const pageSize = 500;

/** The records of a selection, chain by chain and in the order of each; a page of them is held at a time. */
export async function* recordsOf(db: Db, { operatorId, since, until }: Selection): AsyncGenerator<AuditLog> {
  const chains = operatorId === undefined ? (await headsOf(db)).map((head) => head.operatorId) : [operatorId];
  for (const chain of chains) {
    let last = 0;
    for (;;) {
      let page = db.selectFrom('audit_log').selectAll().where('operator_id', '=', chain).where('sequence', '>', last);
      if (since !== undefined) page = page.where('at', '>=', since);
      if (until !== undefined) page = page.where('at', '<=', until);
      const rows = await page.orderBy('sequence').limit(pageSize).execute();
      yield* rows;
      if (rows.length < pageSize) break;
      last = rows.at(-1)?.sequence ?? last;
    }
  }
}

/**
 * Checks records that were exported, without a database: each is as it was written, and of those that follow each other
 * in a chain each leads to the next. What was left out at the beginning, at the end or by time is not missed.
 */
export async function checkExport(lines: AsyncIterable<string>): Promise<{ records: number; faults: ChainFault[] }> {
  const faults: ChainFault[] = [];
  let records = 0;
  let previous: AuditLog | undefined;
  for await (const line of lines) {
    if (line === '') continue;
    records++;
    const record = readRecord(line);
    const operatorId = String(record?.operator_id ?? '');
    const sequence = Number(record?.sequence ?? records);
    if (!record || record.hash !== chainHash(record)) faults.push({ operatorId, sequence, kind: 'edit' });
    else if (previous?.operator_id === operatorId && previous.sequence + 1 === sequence) {
      if (record.previous_hash !== previous.hash) faults.push({ operatorId, sequence, kind: 'edit' });
    } else if (previous?.operator_id === operatorId) faults.push({ operatorId, sequence, kind: 'gap' });
    previous = record;
  }
  return { records, faults };
}

function readRecord(line: string): AuditLog | undefined {
  try {
    return JSON.parse(line) as AuditLog;
  } catch {
    return undefined;
  }
}
