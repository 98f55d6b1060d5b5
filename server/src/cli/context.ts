import { readConfig } from '../config/config.ts';
import type { Context, RequestInfo } from '../context.ts';
import { asHostCommand, openUpToDate } from '../db/database.ts';
import { assertKeysFit, assertNotLost, keysFor } from '../key-check.ts';
import { createLog } from '../log.ts';
import { createContext } from '../server.ts';
import { hostUser } from './host-user.ts';

/**
 * The configured database and keys, for a host command.
 * @throws ConfigError or KeyFileError when they cannot be used, or there are none and none may be made
 */
export async function openContext(database: 'may be new' | 'must be there'): Promise<Context> {
  const config = readConfig(process.env);
  const log = createLog('silent');
  const keys = await keysFor(config, database);
  const db = await openUpToDate(config.databaseUrl, () => {}, { manners: asHostCommand });
  try {
    await assertKeysFit(db, keys);
    await assertNotLost(db, config);
    return createContext({ config, log, keys, db, now: () => Date.now() }, () => {});
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** Who asks, for the audit log: the command, and the user of the host. */
export function hostInfo(name: string): RequestInfo {
  const apiKind = `Host:${name}`;
  const userAgent = `host:${hostUser()}`;
  return { requestId: '', sourceIp: '', userAgent, method: '', path: '', apiKind, language: 'en' };
}
