import { type Anchors, appendAnchors, type Loss, lossesOf, readAnchors, writeAnchors } from '../audit/anchors.ts';
import { headsOf } from '../audit/chain.ts';
import { grownHeads, type Head } from '../audit/growth.ts';
import type { Context } from '../context.ts';
import { isForOneServer } from '../db/database.ts';
import { perDatabase } from '../db/reads.ts';
import { keepFirstState, stateOf } from '../db/state.ts';
import { endRestored, epochOf, isElsewhere, isUnfinished, noteIdentity } from './end.ts';

/** What this process has anchored, and how much longer the file is than what it says. */
type Known = { readonly epoch: number; readonly heads: Map<string, Head>; superseded: number };

const known = perDatabase(() => ({ now: undefined as Known | undefined }));
const anchoredKey = 'anchored';

/**
 * Compares the database with what was seen of it, before a server serves. One that went back to an earlier state, by
 * whatever hand or fault, is treated as one that was restored: once. The anchors then follow it.
 */
export async function noticeEarlierState(ctx: Context): Promise<void> {
  const anchors = readable(ctx);
  // Before anything else is looked at: when another server is done meanwhile, this one is too late.
  const epoch = await epochOf(ctx.db);
  const reason = await reasonToEnd(ctx, anchors, epoch);
  if (reason !== undefined) {
    const { losses, why } = reason;
    const missing = losses.reduce((sum, loss) => sum + Math.max(loss.missing, 1), 0);
    ctx.log.error(
      { why, records: missing, chains: losses.slice(0, 20) },
      'the database is an earlier state of itself: sessions and links end, every root user is told',
    );
    await endRestored(ctx, {
      actor: 'system',
      info: { ...byItself, apiKind: 'System:restored' },
      asOf: undefined,
      detail: { why, ...(missing > 0 && { missing }) },
      epoch,
      anchored: anchors?.epoch ?? 0,
    });
  }
  await noteIdentity(ctx.db);
  await anchorAll(ctx);
}

const byItself = { requestId: '', sourceIp: '', userAgent: '', method: '', path: '', language: 'en' } as const;

type Reason = { readonly why: string; readonly losses: readonly Loss[] };

async function reasonToEnd(
  { db, config }: Context,
  anchors: Anchors | undefined,
  epoch: number,
): Promise<Reason | undefined> {
  if (await isUnfinished(db)) return { why: 'unfinished restore', losses: [] };
  if (await isElsewhere(db)) return { why: 'another database', losses: [] };
  if (anchors === undefined) {
    // A file has one data folder, and what was anchored there stands there; of many servers each has its own.
    const isLost = isForOneServer(config.databaseUrl) && (await stateOf(db, anchoredKey)) !== undefined;
    return isLost ? { why: 'no anchors beside it', losses: [] } : undefined;
  }
  // What was noted before the last restore says nothing of what came after it.
  if (anchors.epoch < epoch) return undefined;
  const losses = await lossesOf(db, anchors);
  return anchors.epoch > epoch || losses.length > 0 ? { why: 'earlier state', losses } : undefined;
}

/** What the database lacks of what was seen in it, for whoever asks. */
export async function missingRecords({ db, config }: Pick<Context, 'db' | 'config'>): Promise<Loss[]> {
  const anchors = readAnchors(config.dataDir);
  if (anchors === undefined || anchors.epoch < (await epochOf(db))) return [];
  return await lossesOf(db, anchors);
}

/** Writes down where every chain ends now. */
export async function anchorAll(ctx: Context): Promise<void> {
  const heads = new Map((await headsOf(ctx.db)).map((head) => [head.operatorId, head]));
  const anchors = { epoch: await epochOf(ctx.db), heads };
  if (!(await written(ctx, () => writeAnchors(ctx.config.dataDir, anchors)))) return;
  known(ctx.db).now = { ...anchors, superseded: 0 };
  await keepFirstState(ctx.db, anchoredKey, '1');
}

/** Lines that say nothing any more, before the file is written anew. */
const mostSuperseded = 10_000;

/** Adds the chains that grew to what is written down; a second later at most, so no request waits for it. */
export async function keepAnchors(ctx: Context): Promise<void> {
  const heads = await grownHeads(ctx.db, ctx.now());
  if (heads.length === 0) return;
  const anchored = known(ctx.db).now;
  if (anchored === undefined) return await anchorAll(ctx);
  if (heads.some((head) => head.sequence < (anchored.heads.get(head.operatorId)?.sequence ?? 0))) {
    return await noticeEarlierState(ctx);
  }
  const fresh = heads.filter((head) => head.sequence > (anchored.heads.get(head.operatorId)?.sequence ?? 0));
  if (!(await written(ctx, () => appendAnchors(ctx.config.dataDir, fresh)))) return;
  for (const head of fresh) anchored.heads.set(head.operatorId, head);
  anchored.superseded += fresh.length;
  if (anchored.superseded > mostSuperseded) await anchorAll(ctx);
}

function readable({ config, log }: Context): Anchors | undefined {
  try {
    return readAnchors(config.dataDir);
  } catch (error) {
    log.warn({ code: (error as NodeJS.ErrnoException).code }, 'the anchors of the audit log cannot be read');
    return undefined;
  }
}

const warned = perDatabase(() => ({ once: false }));

/** A data folder that is read-only or full costs the watch, not the service. */
async function written({ db, log }: Context, write: () => void | Promise<void>): Promise<boolean> {
  try {
    await write();
    warned(db).once = false;
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!warned(db).once)
      log.warn({ code }, 'the data folder takes no anchors of the audit log: a lost tail is not noticed');
    warned(db).once = true;
    return false;
  }
}
