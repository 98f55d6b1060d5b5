import { chmodSync, copyFileSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { headsOf, verifyChains } from '../audit/chain.ts';
import { type Config, readConfig } from '../config/config.ts';
import { sha256Of } from '../crypto/file-hash.ts';
import { copyDatabase, type Engine, engineOf } from '../db/copies.ts';
import { asHostCommand, type Db, migrationsOf, openDatabase } from '../db/database.ts';
import { notedVersion } from '../db/migrations/index.ts';
import { noteBackup } from '../db/state.ts';
import { assertDatabase, keyCheckOf } from '../key-check.ts';
import { exitCodes, type Output, print } from './frame.ts';
import { type Manifest, manifestFile } from './manifest.ts';
import { createPrivate, partOf, placeNew, withRoom } from './new-file.ts';

export type BackupOptions = Output & {
  /** Another file or folder, to which the keys are copied. */
  readonly keysTo?: string;
  /** Keep the copy also when the database is damaged. */
  readonly damaged?: boolean;
};

/**
 * Copies the database, as it is at one moment, into a new file, beside servers that use it; prints what it made.
 * @param target a new file, or a folder for one that is named after the time
 * @returns the exit code: 1 when the backup is there, but its audit log is not whole
 * @throws Error with a sentence for who runs it; then there is no backup
 */
export async function backupDatabase(target: string, options: BackupOptions): Promise<number> {
  const config = readConfig(process.env);
  const at = Date.now();
  const stamp = stampOf(at);
  const engine = engineOf(config.databaseUrl);
  const file = inFolder(target, `warifu-${stamp}.${engine === 'sqlite' ? 'db' : 'dump'}`);
  const keys = options.keysTo === undefined ? undefined : inFolder(options.keysTo, `warifu-keys-${stamp}.json`);
  // SECURITY: whoever finds both together holds every account.
  if (keys !== undefined && dirname(keys) === dirname(file)) {
    throw new Error('--keys-to: keep the keys in another place than the backup: both together open every account.');
  }
  for (const one of [file, manifestFile(file), ...(keys === undefined ? [] : [keys])]) assertFree(one);
  await assertDatabase(config);
  const made = await make(config, { file, engine, at }, options);
  if (keys !== undefined) await withRoom(dirname(keys), 'the keys', () => copyKeys(config.keyFile.path, keys));
  await note(config, at);
  say({ file, ...(keys !== undefined && { keys }) }, made, options);
  return made.audit.isWhole ? exitCodes.ok : exitCodes.failure;
}

type Place = { readonly file: string; readonly engine: Engine; readonly at: number };

async function make(
  { databaseUrl: url }: Config,
  { file, engine, at }: Place,
  options: BackupOptions,
): Promise<Manifest> {
  const part = partOf(file);
  const beside = partOf(file);
  const work = async () => {
    createPrivate(part);
    const { damage, seen } = await copyDatabase({ url, env: process.env }, part, contentsOf);
    if (damage.length > 0 && !options.damaged) throw new Error([damagedDatabase, ...damage].join('\n'));
    const { size: bytes } = statSync(part);
    const known = seen ?? { version: '', migration: '', keyCheck: '', audit: { isWhole: false, heads: [] } };
    const when = new Date(at).toISOString();
    const manifest: Manifest = { format: 1, engine, at: when, ...known, bytes, sha256: await sha256Of(part) };
    writeFileSync(beside, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    // In this order: a backup without its manifest cannot be restored, and whoever sees it has both.
    placeNew(beside, manifestFile(file));
    placeNew(part, file);
    return manifest;
  };
  try {
    return await withRoom(dirname(file), 'the backup', work);
  } finally {
    // SQLite leaves the last two beside a file that it found damaged.
    for (const rest of [part, beside, `${part}-wal`, `${part}-shm`]) rmSync(rest, { force: true });
  }
}

const damagedDatabase =
  'The database is damaged, and nothing was written. Restore the last backup that is whole: warifu restore FILE --replace. To keep what can still be read: --damaged. Found:';

/** What a backup holds, for its manifest. */
async function contentsOf(db: Db): Promise<Omit<Manifest, 'format' | 'engine' | 'at' | 'bytes' | 'sha256'>> {
  const keyCheck = await keyCheckOf(db);
  const heads = await headsOf(db);
  const faults = await verifyChains(db);
  const migration = (await migrationsOf(db)).at(-1) ?? '';
  return {
    version: (await notedVersion(db)) ?? '',
    migration,
    keyCheck,
    audit: { isWhole: faults.length === 0, heads },
  };
}

/** So that the server can tell how old the last backup is. */
async function note({ databaseUrl }: Config, at: number): Promise<void> {
  const db = openDatabase(databaseUrl, () => {}, asHostCommand);
  try {
    await noteBackup(db, at);
  } finally {
    await db.destroy();
  }
}

function copyKeys(from: string, to: string): void {
  const part = partOf(to);
  try {
    copyFileSync(from, part);
    chmodSync(part, 0o600);
    placeNew(part, to);
  } finally {
    rmSync(part, { force: true });
  }
}

function say(made: { file: string; keys?: string }, { audit, at, bytes, ...rest }: Manifest, output: Output): void {
  if (!audit.isWhole) {
    process.stderr.write('warifu: The audit log in this backup is not whole. The command "audit verify" says where.\n');
  }
  const { version, migration, sha256 } = rest;
  const auditLog = { whole: audit.isWhole, chains: audit.heads.length };
  const files = { ...made, manifest: manifestFile(made.file) };
  const whereKeys = made.keys ?? 'not in it; back them up once, in another place';
  print(
    output,
    { ...files, at, version, migration, bytes, sha256, auditLog },
    () => `${made.file}\n  ${bytes} bytes, as of ${at}\n  keys: ${whereKeys}`,
  );
}

/** `20261129T155500Z` */
export function stampOf(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}

function inFolder(target: string, name: string): string {
  const path = resolve(target);
  const isFolder = target.endsWith('/') || (existsSync(path) && statSync(path).isDirectory());
  if (!existsSync(isFolder ? path : dirname(path))) {
    throw new Error(
      `There is no folder ${isFolder ? path : dirname(path)}. Make it, for its owner only: mkdir -m 700.`,
    );
  }
  return isFolder ? join(path, name) : path;
}

function assertFree(file: string): void {
  if (existsSync(file)) throw new Error(`${file} is there already, and nothing is overwritten. Name another file.`);
}
