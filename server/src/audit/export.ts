import type { Db } from '../db/database.ts';
import type { AuditLog } from '../db/schema.ts';
import { type ChainFault, headOf, headsOf, prunedBy } from './chain.ts';
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
    let last = (await headOf(db, chain)).pruned_sequence;
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

/** Records of a chain that follow each other in an export. */
export type Run = {
  readonly first: number;
  /** The hash of the record before the first. */
  readonly before: string;
  readonly last: AuditLog;
};

export type Checked = { readonly records: number; readonly faults: ChainFault[] };

/**
 * Checks records that were exported, without a database: each is as it was written, and of those that follow each other
 * in a chain each leads to the next, also from one export to the one that was made after it. What was left out at the
 * beginning, at the end or by time is not missed; what was pruned before is held against the record of that.
 * @param exports in the order in which they were made, a line for each record
 * @param see is shown each record with the run that it is the last of
 */
export async function checkExports(
  exports: Iterable<AsyncIterable<string>>,
  see: (run: Run) => void = () => {},
): Promise<Checked> {
  const faults: ChainFault[] = [];
  let records = 0;
  let earlier = new Map<string, Run>();
  for (const lines of exports) {
    const runs = new Map<string, Run>();
    for await (const line of lines) {
      if (line === '') continue;
      records++;
      const record = readRecord(line);
      const operatorId = String(record?.operator_id ?? '');
      const sequence = Number(record?.sequence ?? records);
      if (!record || record.hash !== chainHash(record)) {
        faults.push({ operatorId, sequence, kind: 'edit' });
        if (record) runs.set(operatorId, alone(record));
        continue;
      }
      const of = { own: runs.get(operatorId), earlier: earlier.get(operatorId) };
      const { run, kind } = follow(record, of);
      if (kind !== undefined) faults.push({ operatorId, sequence, kind });
      runs.set(operatorId, run);
      see(run);
    }
    earlier = new Map([...earlier, ...runs]);
  }
  return { records, faults };
}

type Next = { readonly run: Run; readonly kind?: ChainFault['kind'] };

function follow(record: AuditLog, of: { readonly own: Run | undefined; readonly earlier: Run | undefined }): Next {
  // The first of a chain in an export goes on from the export before, or begins somewhere in it.
  const before = of.own ?? (of.earlier?.last.sequence === record.sequence - 1 ? of.earlier : undefined);
  if (before === undefined) {
    const isMissing = of.earlier !== undefined && record.sequence > of.earlier.last.sequence + 1;
    return { run: alone(record), ...(isMissing && { kind: 'gap' }) };
  }
  if (before.last.sequence !== record.sequence - 1) return { run: alone(record), kind: 'gap' };
  const run = { ...before, last: record };
  if (record.previous_hash !== before.last.hash) return { run, kind: 'edit' };
  const end = of.earlier?.last;
  if (end?.sequence === record.sequence && end.hash !== record.hash) return { run, kind: 'edit' };
  const pruned = prunedBy(record);
  const isAnother = pruned?.sequence === run.first - 1 && pruned.hash !== run.before;
  return { run, ...(isAnother && { kind: 'pruned' }) };
}

function alone(record: AuditLog): Run {
  return { first: record.sequence, before: record.previous_hash, last: record };
}

function readRecord(line: string): AuditLog | undefined {
  try {
    return JSON.parse(line) as AuditLog;
  } catch {
    return undefined;
  }
}
