import type { Context, RequestInfo } from '../context.ts';
import { type Db, transaction } from '../db/database.ts';
import { type Actor, by } from './actor.ts';
import { record } from './record.ts';

export type Change = {
  readonly actor: Actor;
  readonly target: string;
  readonly statusCode: number;
};

/** Makes a change and its audit record in one transaction: no record without the change, no change without it (R73). */
export async function auditedChange<T>(
  ctx: Context,
  info: RequestInfo,
  { actor, target, statusCode }: Change,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  return await transaction(ctx.db, async (db) => {
    const result = await work(db);
    await record(db, ctx.now(), info, { ...by(actor), target, outcome: 'success', statusCode });
    return result;
  });
}
