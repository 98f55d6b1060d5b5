import serverPackage from '../package.json' with { type: 'json' };
import type { Context } from './context.ts';
import { newId } from './crypto/tokens.ts';
import { type Db, databaseTime } from './db/database.ts';
import { dropState, keepState, statesOf } from './db/state.ts';
import { limits } from './limits.ts';

/** What a running server tells of itself to the others of its database, and to host commands. */
export type Presence = {
  readonly id: string;
  readonly version: string;
  /** When it was seen, by the clock of the database. */
  readonly seenAt: number;
  /** By how many milliseconds its clock is ahead of the database's. */
  readonly ahead: number;
  /** The sealing keys that it has, the one that it uses first. */
  readonly sealing: readonly string[];
};

const prefix = 'server:';

/** Keeps a server's line up to date; takes a replaced key file first, so that the line says what it really has. */
export function createPresence(ctx: Context): { keep(): Promise<void>; end(): Promise<void> } {
  const id = newId();
  let written: { readonly keys: string; readonly at: number } | undefined;
  return {
    keep: async () => {
      ctx.keys.refresh();
      const sealing = ctx.keys.sealing.map((key) => key.id);
      const seenAt = await databaseTime(ctx.db);
      const keys = sealing.join(' ');
      if (written?.keys === keys && seenAt - written.at < limits.presence.every) return;
      const presence: Presence = { id, version: serverPackage.version, seenAt, ahead: ctx.now() - seenAt, sealing };
      await keepState(ctx.db, `${prefix}${id}`, JSON.stringify(presence));
      if (!written) await forgetDead(ctx.db, seenAt);
      written = { keys, at: seenAt };
    },
    end: async () => {
      await dropState(ctx.db, `${prefix}${id}`);
    },
  };
}

/** The servers that run on a database. One that was killed is among them for a while. */
export async function runningServers(db: Db): Promise<Presence[]> {
  const now = await databaseTime(db);
  return (await presences(db)).filter(({ seenAt }) => seenAt > now - limits.presence.life);
}

async function presences(db: Db): Promise<Presence[]> {
  return (await statesOf(db, prefix)).map((value) => JSON.parse(value) as Presence);
}

async function forgetDead(db: Db, now: number): Promise<void> {
  for (const { id, seenAt } of await presences(db)) {
    if (seenAt <= now - limits.presence.life) await dropState(db, `${prefix}${id}`);
  }
}
