import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readAnchors } from '../audit/anchors.ts';
import { type Config, readConfig } from '../config/config.ts';
import { sha256Of } from '../crypto/file-hash.ts';
import { KeyFileError } from '../crypto/key-file.ts';
import { type Keys, loadKeys } from '../crypto/keys.ts';
import { engineOf } from '../db/copies.ts';
import { claimServer, type Db } from '../db/database.ts';
import { migrations } from '../db/migrations/index.ts';
import { placeOf } from '../db/postgres.ts';
import { lastBackup, noteBackup } from '../db/state.ts';
import { assertFit, assertKeysFit } from '../key-check.ts';
import { createLog } from '../log.ts';
import { type Ended, endRestored, epochOf } from '../restored/end.ts';
import { anchorAll } from '../restored/watch.ts';
import { createContext } from '../server.ts';
import { stampOf } from './backup.ts';
import { hostInfo } from './context.ts';
import { exitCodes, type Output, print } from './frame.ts';
import { hostUser } from './host-user.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { putBack } from './put-back.ts';

export type RestoreOptions = Output & {
  /** Keep the database that is there aside, and take its place. */
  readonly replace?: boolean;
};

/**
 * Puts a backup in the place of the configured database, with no server running on it. Everything that can be checked
 * is, before anything is written; whenever it is cut off, there is what was there before, or all of the backup. Sessions
 * and links of then end, and every root user is told.
 * @returns the exit code
 * @throws ConfigError, KeyFileError or Error with a sentence for who runs it
 */
export async function restoreDatabase(backup: string, options: RestoreOptions): Promise<number> {
  const config = readConfig(process.env);
  const file = resolve(backup);
  const manifest = readManifest(file);
  assertFits(config, manifest);
  const keys = keysOf(config);
  assertFit(keys, manifest.keyCheck);
  if ((await sha256Of(file)) !== manifest.sha256) {
    throw new Error(`${file} is not the file that was backed up: its SHA-256 is another one. Nothing was changed.`);
  }
  const release = claimServer(config.databaseUrl);
  try {
    const context = (db: Db) =>
      createContext({ config, log: createLog('silent'), keys, db, now: () => Date.now() }, () => {});
    const finish = async (db: Db) => {
      await assertKeysFit(db, keys);
      return await endThen(context(db), manifest);
    };
    const reach = { url: config.databaseUrl, env: process.env };
    const put = { reach, file, stamp: stampOf(Date.now()), replace: options.replace ?? false };
    const { keptAs, ended } = await putBack(put, finish, async (db) => await anchorAll(context(db)));
    say(config, { manifest, keptAs, ended, file }, options);
    return exitCodes.ok;
  } finally {
    release();
  }
}

async function endThen(ctx: ReturnType<typeof createContext>, { at }: Manifest): Promise<Ended | undefined> {
  const asOf = Date.parse(at);
  if (((await lastBackup(ctx.db)) ?? 0) < asOf) await noteBackup(ctx.db, asOf);
  const actor = `host:${hostUser()}`;
  const epoch = await epochOf(ctx.db);
  const anchored = readAnchors(ctx.config.dataDir)?.epoch ?? 0;
  return await endRestored(ctx, { actor, info: hostInfo('restore'), asOf, detail: {}, epoch, anchored });
}

function assertFits({ databaseUrl }: Config, { engine, migration, version }: Manifest): void {
  const own = engineOf(databaseUrl);
  if (engine !== own) {
    const names = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
    throw new Error(
      `This is a backup of ${names[engine]}, and WARIFU_DATABASE_URL leads to ${names[own]}. Correct the setting for the restore.`,
    );
  }
  if (migration in migrations) return;
  throw new Error(`This backup is of a newer Warifu, ${version} (${migration}). Restore it with that version.`);
}

/** No keys are made here: new ones would fit nothing. */
function keysOf({ keyFile: { path, isGuarded } }: Config): Keys {
  if (existsSync(path)) return loadKeys(path, isGuarded);
  throw new KeyFileError(
    `The key file ${path} is missing, and no backup can be used without it. Put back the copy that belongs to this backup, or correct WARIFU_DATA_DIR or WARIFU_KEYS_FILE.`,
  );
}

type Done = {
  readonly manifest: Manifest;
  readonly file: string;
  readonly keptAs: string | undefined;
  readonly ended: Ended | undefined;
};

function say({ databaseUrl, command }: Config, { manifest, keptAs, ended, file }: Done, output: Output): void {
  const { at, audit } = manifest;
  const place = placeInWords(databaseUrl);
  if (!audit.isWhole) {
    process.stderr.write(
      'warifu: The audit log was not whole when the backup was made. The command "audit verify" says where.\n',
    );
  }
  const counts = ended ?? { sessions: 0, pendingSignIns: 0, links: 0, requests: 0, mails: 0, told: 0 };
  print(output, { file, at, database: place, keptAs: keptAs ?? null, ended: counts }, () =>
    [
      `${place} is as it was at ${at}.`,
      ...(keptAs === undefined ? [] : [`  kept aside: ${keptAs}`]),
      `  ended: ${counts.sessions} sessions, ${counts.pendingSignIns} unfinished logins, ${counts.links} mailed links`,
      `  dropped: ${counts.requests} requests, ${counts.mails} mails with links`,
      `  told, when the server runs: the root users of ${counts.told} operators`,
      `Start the server: ${command} serve`,
    ].join('\n'),
  );
}

/** SECURITY: not the URL of a server, which holds the password. */
function placeInWords(url: string): string {
  if (engineOf(url) === 'sqlite') return url.slice('sqlite:'.length);
  const { database, server } = placeOf(url);
  return `${database} at ${server}`;
}
