import type { Language } from '@warifu/contract';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Counts } from './counts.ts';
import type { Keys } from './crypto/keys.ts';
import type { Hasher } from './crypto/passwords.ts';
import type { Db } from './db/database.ts';
import type { Health } from './health.ts';

/** The outside world, and nothing else: what a function needs beyond its arguments. */
export type Context = {
  readonly db: Db;
  /** Milliseconds since 1970 (UTC), by this server's clock. */
  readonly now: () => number;
  /** To be waited for before any work, when it is given: something is left of what expired before the clock went back. */
  readonly settleClock: () => Promise<void> | undefined;
  readonly keys: Keys;
  readonly config: Config;
  readonly hasher: Hasher;
  readonly log: Logger;
  /** What happened since the start, for who watches the server. */
  readonly counts: Counts;
  readonly health: Health;
  /** The clock of the database, where that may be another one than this server's. */
  readonly databaseClock?: () => Promise<number>;
  /** Wakes a background job at once; the job would also run by itself later. */
  readonly wake: (job: 'mail' | 'requests' | 'last uses') => void;
};

/** Where a request came from when a listed proxy named no address. */
export const unknownSource = 'unknown';

/** What is known of a request before anybody is authenticated; goes into audit records and notices. */
export type RequestInfo = {
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly method: string;
  readonly path: string;
  /** Permission name of the operation, or `Host:command` for a host command. */
  readonly apiKind: string;
  readonly language: Language;
};

/** What a folder's tables lose by time. Nothing depends on the removal; expiry is checked at use. */
export type Expiring = {
  readonly table: string;
  /** Removes what is over at an instant. */
  readonly remove: (ctx: Context, at: number) => Promise<unknown>;
  /** After the clock was ahead and is corrected: what was written with a later time now begins now, or is over. */
  readonly bringBack?: (db: Db, now: number) => Promise<unknown>;
};

/** What a security change ended, counted in its transaction; shown in the answer and the mail. */
export type Receipt = {
  readonly sessions: number;
  readonly pendingSignIns: number;
  readonly links: number;
  readonly backupCodes: number;
};
