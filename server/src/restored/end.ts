import { noOperator, record } from '../audit/record.ts';
import type { Context, Receipt, RequestInfo } from '../context.ts';
import { type Db, identityOf, transaction } from '../db/database.ts';
import { changeState, dropState, keepFirstState, keepState, stateOf } from '../db/state.ts';
import { dropAllChallenges } from '../factors/challenges.ts';
import { voidAllLinks } from '../links/links.ts';
import { tellOwners } from '../mail/notices.ts';
import { dropMailsWithLinks } from '../mail/outbox.ts';
import { dropAllRequests } from '../mail/requests.ts';
import { stopAllCases } from '../recovery/cases.ts';
import { endAllPendingSignIns } from '../sessions/pending.ts';
import { endAllSessions } from '../sessions/sessions.ts';

export type Restored = {
  /** Who did it: `host:name`, or `system` when it was noticed. */
  readonly actor: string;
  readonly info: RequestInfo;
  /** The moment that the database shows; undefined when nobody knows it. */
  readonly asOf: number | undefined;
  /** What is more than the receipt and fit for the audit log. */
  readonly detail: Record<string, string | number>;
  /** The epoch when it was looked at: of several servers that looked, one ends it. */
  readonly epoch: number;
  /** The epoch of the anchors; the new one is later, so that no server takes what it noted before for newer. */
  readonly anchored: number;
};

export type Ended = {
  readonly sessions: number;
  readonly pendingSignIns: number;
  readonly links: number;
  readonly requests: number;
  readonly mails: number;
  /** Operators whose root user is told. */
  readonly told: number;
};

const epochKey = 'restored_at';
const unfinishedKey = 'restore_unfinished';
const identityKey = 'database_identity';

/** When a database was last found to be an earlier state of itself, and dealt with; 0 when it never was. */
export async function epochOf(db: Db): Promise<number> {
  return Number((await stateOf(db, epochKey)) ?? 0);
}

/** A statement that marks a database as restored, and what follows from that as not done yet. */
export const markUnfinished = `INSERT INTO public.server_state (key, value) VALUES ('${unfinishedKey}', '1') ON CONFLICT DO NOTHING;`;

/** Whether a restore put the data in place, and came no further. */
export async function isUnfinished(db: Db): Promise<boolean> {
  return (await stateOf(db, unfinishedKey)) !== undefined;
}

/** Whether the server of a database says that it is another one than before: it was loaded from a dump. */
export async function isElsewhere(db: Db): Promise<boolean> {
  const known = await stateOf(db, identityKey);
  return known !== undefined && known !== (await identityOf(db));
}

/** Notes which database this is, so that a copy of it knows that it is one. */
export async function noteIdentity(db: Db): Promise<void> {
  const identity = await identityOf(db);
  if (identity !== undefined && (await stateOf(db, identityKey)) !== identity)
    await keepState(db, identityKey, identity);
}

/**
 * Ends what must not come alive with an earlier state of the database: sessions, pending sign-ins, challenges, mailed
 * links, requests, resets; and tells every root user (R78). All of it happens once, in one transaction; of several servers one
 * does it.
 * @returns what ended; undefined when another server did it
 */
export async function endRestored(ctx: Context, restored: Restored): Promise<Ended | undefined> {
  const { epoch, anchored } = restored;
  await keepFirstState(ctx.db, epochKey, '0');
  const turn = { from: String(epoch), to: String(Math.max(ctx.now(), epoch + 1, anchored + 1)) };
  const identity = await identityOf(ctx.db);
  return await transaction(ctx.db, async (db) => {
    if (!(await changeState(db, epochKey, turn))) return undefined;
    await dropState(db, unfinishedKey);
    if (identity !== undefined) await keepState(db, identityKey, identity);
    const now = ctx.now();
    const sessions = tally(await endAllSessions(db, now));
    const pendingSignIns = tally(await endAllPendingSignIns(db, now));
    const links = tally(await voidAllLinks(db, now));
    const countOf = (operatorId?: string): Receipt => ({
      sessions: sessions(operatorId),
      pendingSignIns: pendingSignIns(operatorId),
      links: links(operatorId),
      backupCodes: 0,
    });
    await stopAllCases(db, now);
    await dropAllChallenges(db);
    const rest = { requests: await dropAllRequests(db), mails: await dropMailsWithLinks(db, ctx) };
    const all = { sessions: sessions(), pendingSignIns: pendingSignIns(), links: links(), ...rest };
    await writeDown(db, restored, { operatorId: noOperator, at: now, ended: all });
    const operators = await db.selectFrom('operators').select('operator_id').orderBy('operator_id').execute();
    const { asOf, info } = restored;
    for (const { operator_id: operatorId } of operators) {
      const receipt = countOf(operatorId);
      await tellOwners({ db, ctx, info, actor: 'system' }, operatorId, 'database_restored', {
        receipt,
        ...(asOf && { asOf }),
      });
      await writeDown(db, restored, { operatorId, at: now, ended: receipt });
    }
    return { ...all, told: operators.length };
  });
}

/** How many times each operator is in a list, and how many all are together. */
function tally(operatorIds: readonly string[]): (operatorId?: string) => number {
  const counts = new Map<string, number>();
  for (const one of operatorIds) counts.set(one, (counts.get(one) ?? 0) + 1);
  return (operatorId) => (operatorId === undefined ? operatorIds.length : (counts.get(operatorId) ?? 0));
}

type Line = { readonly operatorId: string; readonly at: number; readonly ended: object };

async function writeDown(db: Db, restored: Restored, { operatorId, at, ended }: Line): Promise<void> {
  const { actor, info, asOf, detail } = restored;
  const facts = { ...ended, ...detail, ...(asOf !== undefined && { asOf: new Date(asOf).toISOString() }) };
  const event = { operatorId, userName: '', actor, outcome: 'success', reason: 'restored' } as const;
  await record(db, at, info, { ...event, detail: facts });
}
