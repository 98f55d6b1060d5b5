import type { Config } from '../../config/config.ts';
import { type Db, freeSpaceOf, isForOneServer, storageTrouble } from '../../db/database.ts';
import { schemaState } from '../../db/schema-state.ts';
import { damageOf } from '../../db/sqlite.ts';
import { dropState, keepState } from '../../db/state.ts';
import { databaseVersion } from '../../db/version.ts';
import { type Finding, failure, ok, warning } from './finding.ts';

const probe = 'doctor_probe';
const megabyte = 1024 * 1024;
/** Bytes free below which it is time to act. */
const little = 200 * megabyte;

/** The tables, whether they can be written, whether the file is whole, and how much room it has. */
export async function checkDatabase({ databaseUrl }: Config, db: Db): Promise<Finding[]> {
  const { engine, version } = await databaseVersion(db);
  const findings = [ok('database', `${engine} ${version} answers.`), await checkWrite(db)];
  // What follows would wait for the same lock.
  if (findings.some(({ level }) => level !== 'ok')) return findings;
  const { pending, newer } = await schemaState(databaseUrl);
  if (pending.length > 0) {
    findings.push(failure('database', `Changes are missing: ${pending.join(', ')}.`, 'Run: npx warifu db migrate'));
  }
  if (newer.length > 0) {
    findings.push(failure('database', `A newer version has changed it: ${newer.join(', ')}.`, 'Start that version.'));
  }
  if (isForOneServer(databaseUrl)) findings.push(...checkFile(databaseUrl), await checkSpace(databaseUrl));
  return findings;
}

async function checkWrite(db: Db): Promise<Finding> {
  try {
    await keepState(db, probe, '1');
    await dropState(db, probe);
    return ok('database', 'It takes writes.');
  } catch (error) {
    const reason = storageTrouble(error);
    return failure('database', `It takes no writes: ${reason}.`, mends[reason] ?? 'Look at the log of the database.');
  }
}

const mends: Readonly<Record<string, string>> = {
  'disk full': 'Make room on the disk of the database.',
  'read only':
    'Mount the disk for writing and let the user that runs Warifu write the file, or make PostgreSQL take writes.',
  locked: 'Another program keeps the database locked. Find it and end its transaction.',
};

function checkFile(url: string): Finding[] {
  const damage = damageOf(url.slice('sqlite:'.length));
  if (damage.length === 0) return [ok('database', 'The file is whole.')];
  const todo = 'Stop the server and restore the last backup that is whole: npx warifu restore FILE --replace';
  return damage.map((found) => failure('database', `The file is damaged: ${found}`, todo));
}

async function checkSpace(url: string): Promise<Finding> {
  const free = (await freeSpaceOf(url)) ?? 0;
  const found = `${Math.floor(free / megabyte)} MB are free beside it.`;
  return free < little ? warning('database', found, 'Make room before the disk is full.') : ok('database', found);
}
