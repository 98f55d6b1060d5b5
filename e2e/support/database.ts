import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { postgresBin } from '../../scripts/system-packages.ts';

/** A new, empty database in the PostgreSQL that `npm test` started. */
export function createDatabase(): string {
  const admin = process.env['WARIFU_TEST_POSTGRES_URL'];
  if (admin === undefined) throw new Error('WARIFU_TEST_POSTGRES_URL is not set: run this through `npm test`');
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  postgresTool('psql', [admin, '-qc', `create database ${name}`]);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.href;
}

/** Everything in a database, as text. */
export function dump(url: string): string {
  return postgresTool('pg_dump', [url]);
}

function postgresTool(program: string, args: readonly string[]): string {
  const bin = postgresBin();
  if (bin === undefined) throw new Error('no PostgreSQL programs found');
  return execFileSync(join(bin, program), args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}
