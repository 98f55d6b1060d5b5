import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import { logHeads } from './audit/witness.ts';
import { compareClock, watchClock } from './clock.ts';
import { type Config, ConfigError } from './config/config.ts';
import { servingFault } from './config/serving.ts';
import type { Context } from './context.ts';
import { newCounts } from './counts.ts';
import { createHasher } from './crypto/passwords.ts';
import { claimServer, type Db, databaseTime, isForOneServer, openUpToDate } from './db/database.ts';
import { asServerStarts, untilThere } from './db/until-there.ts';
import { assertPasskeysFit } from './factors/relying-party.ts';
import { newHealth } from './health.ts';
import { expiring, type Jobs, startJobs } from './jobs.ts';
import { assertKeysFit, assertNotLost, keysFor } from './key-check.ts';
import { limits } from './limits.ts';
import { releaseClaims } from './mail/outbox.ts';
import { serveMetrics } from './metrics/listen.ts';
import { newSetupLink } from './operators/setup.ts';
import { createPresence } from './presence.ts';
import { noticeEarlierState } from './restored/watch.ts';
import type { Traces } from './traces/note.ts';
import { logTrouble } from './trouble.ts';

export type Running = {
  readonly ctx: Context;
  readonly jobs: Jobs;
  /** Where it listens, such as `http://127.0.0.1:8787`. */
  readonly address: string;
  /** The one-time link for the first operator, while there is none. */
  readonly setupLink: string | undefined;
  stop(): Promise<void>;
};

const packagedConsole = join(import.meta.dirname, 'console');
/** In a package beside this file; in a checkout where it was built. */
const consoleDist = existsSync(packagedConsole) ? packagedConsole : join(import.meta.dirname, '../../console/dist');

/**
 * Starts a server: keys, database, jobs, HTTP.
 * @param now the clock, milliseconds since 1970
 * @param traces where requests are noted; undefined when nobody wants them
 * @throws ConfigError, KeyFileError or Error with a sentence for the person who starts it
 */
export async function startServer(config: Config, log: Logger, now: () => number, traces?: Traces): Promise<Running> {
  const fault = servingFault(config);
  if (fault !== undefined) throw new ConfigError(fault);
  const once = untilThere(asServerStarts, (reason, seconds) =>
    log.warn({ reason, nextTryInSeconds: seconds }, 'the database is not there yet'),
  );
  const keys = await once(() => keysFor(config, 'may be new'));
  const release = claimServer(config.databaseUrl);
  const lost = (error: Error) =>
    logTrouble(log, error, { level: 'warn', message: 'database connection lost', about: {} });
  let db: Db | undefined;
  try {
    db = await once(() => openUpToDate(config.databaseUrl, lost));
    return await start({ config, log, now, keys, db }, release, traces);
  } catch (error) {
    await db?.destroy();
    release();
    throw error;
  }
}

type Parts = Omit<Context, 'hasher' | 'wake' | 'settleClock' | 'counts' | 'health'>;

/** Everything a function may need of the outside world. */
export function createContext(parts: Parts, wake: Context['wake']): Context {
  const slots = availableParallelism();
  const settleClock = () => settle();
  const counts = newCounts(parts.config.metrics !== undefined);
  const ctx = { ...parts, counts, health: newHealth(), hasher: createHasher({ slots }), wake, settleClock };
  const settle = watchClock(ctx, expiring);
  return ctx;
}

async function start(parts: Parts, release: () => void, traces: Traces | undefined): Promise<Running> {
  const isAlone = isForOneServer(parts.config.databaseUrl);
  if (isAlone) await releaseClaims(parts.db);
  let jobs: Jobs | undefined;
  // One that is alone has nothing under way before it serves, and after it.
  const settled = isAlone ? 0 : limits.audit.settled;
  const clock = isAlone ? {} : { databaseClock: () => databaseTime(parts.db) };
  const ctx = createContext({ ...parts, ...clock }, (job) => jobs?.wake(job));
  const presence = createPresence(ctx);
  // Told first, so that a rotation of the keys that begins now waits for this server.
  await presence.keep();
  await compareClock(ctx);
  try {
    await assertKeysFit(ctx.db, ctx.keys);
    await assertNotLost(ctx.db, ctx.config);
    await assertPasskeysFit(ctx);
    await noticeEarlierState(ctx);
    await logHeads(ctx, settled);
  } catch (error) {
    await presence.end();
    throw error;
  }
  const app = await buildApp(ctx, consoleDist, traces);
  jobs = startJobs(ctx, presence);
  if (ctx.config.sandbox) {
    ctx.log.warn('WARIFU_SANDBOX is on: every program on this computer may create operators. Not for real accounts.');
  }
  const setupLink = await newSetupLink(ctx);
  const metrics = await listening(serveMetrics(ctx), metricsNames, ctx.config.metrics?.listen);
  const address = await listening(app.listen({ host: ctx.config.host, port: ctx.config.port }), ownNames, ctx.config);
  if (metrics) ctx.log.info({ metrics: metrics.address }, 'metrics');
  const running = jobs;
  const stop = async () => {
    await app.close();
    await metrics?.stop();
    await Promise.all([running.stop(), traces?.stop()]);
    await logHeads(ctx, settled).catch(() => {});
    await ctx.db.destroy();
    release();
  };
  return { ctx, jobs: running, address, setupLink, stop };
}

const ownNames = { host: 'WARIFU_HOST', port: 'WARIFU_PORT' };
const metricsNames = { host: 'WARIFU_METRICS_HOST', port: 'WARIFU_METRICS_PORT' };

/** Waits for a server to listen. @throws Error that names the setting */
async function listening<T>(
  begun: Promise<T>,
  names: { readonly host: string; readonly port: string },
  { host, port }: { readonly host: string; readonly port: number } = { host: '', port: 0 },
): Promise<T> {
  try {
    return await begun;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new Error(
        `${names.port}: another program listens on ${host}, port ${port}. Stop it, or choose another port.`,
      );
    }
    if (code === 'EACCES') throw new ConfigError(`${names.port}: this user may not listen on port ${port}.`);
    if (code !== 'EADDRNOTAVAIL' && code !== 'ENOTFOUND') throw error;
    throw new ConfigError(`${names.host}: ${host} is no address of this machine. Write 127.0.0.1, or 0.0.0.0 for all.`);
  }
}
