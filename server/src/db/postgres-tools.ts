import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import { libpqOf } from './postgres.ts';

/** Where a database is, and what the programs that reach it are started with. */
export type Reach = { readonly url: string; readonly env: Record<string, string | undefined> };

/** One of PostgreSQL's own programs is missing or failed; `message` says which and why. */
export class ToolError extends Error {}

/**
 * Writes a dump of the moment that a snapshot stands for.
 * @param file is overwritten
 * @param server the version of the server, such as 150018
 * @throws Error that says what is missing, or what `pg_dump` said
 */
export async function dumpPostgres(reach: Reach, snapshot: string, file: string, server: number): Promise<void> {
  await assertNewEnough(reach, 'pg_dump', server);
  const what = ['--format=custom', '--no-owner', '--no-privileges', `--exclude-schema=${aside}*`];
  await withPlace(reach, file, async (env) => {
    await ended('pg_dump', spawnTool(env, 'pg_dump', [...what, `--snapshot=${snapshot}`, `--file=${file}`]));
  });
}

/** What a dump holds, as text; throws when it cannot be read. */
export async function listDump({ env }: Reach, file: string): Promise<string> {
  const tool = spawnTool(env, 'pg_restore', ['--list', file]);
  const [listed] = await Promise.all([text(tool.stdout), ended('pg_restore', tool)]);
  return listed;
}

const aside = 'public_before_restore_';

export type Load = {
  readonly file: string;
  /** The version of the server. */
  readonly server: number;
  /** Where the tables of before are kept; undefined when there are none. */
  readonly keptAs: string | undefined;
  /** Statements that end the transaction. */
  readonly last: readonly string[];
};

/** The schema in which the tables of before a restore are kept. */
export function asideName(stamp: string): string {
  return aside + stamp.toLowerCase();
}

/**
 * Loads a dump in one transaction: whenever any of the processes ends, all of it is there or nothing.
 * @throws Error that says what is missing, or what the programs said
 */
export async function loadPostgres(reach: Reach, { file, server, keptAs, last }: Load): Promise<void> {
  await assertNewEnough(reach, 'psql', server);
  await withPlace(reach, file, async (env) => {
    const psql = spawnTool(env, 'psql', [
      '--no-psqlrc',
      '--quiet',
      '--output=/dev/null',
      '--set=ON_ERROR_STOP=1',
      '--file=-',
    ]);
    const loaded = ended('psql', psql);
    const input = psql.stdin;
    // What psql says when it gives up is the reason; that it reads no further is not.
    input.on('error', () => {});
    input.write('BEGIN;\n');
    if (keptAs !== undefined) input.write(`ALTER SCHEMA public RENAME TO ${keptAs};\nCREATE SCHEMA public;\n`);
    const restore = spawnTool(env, 'pg_restore', ['--no-owner', '--no-privileges', '--file=-', file]);
    restore.stdout.pipe(input, { end: false });
    const read = ended('pg_restore', restore);
    await Promise.race([read, loaded]);
    try {
      await read;
      // Without this line nothing has happened.
      input.write(`${last.join('\n')}\nCOMMIT;\n`);
    } finally {
      input.end();
    }
    await loaded;
  });
}

/** Runs work with what leads the programs to a database, and takes the certificates away afterwards. */
async function withPlace({ url, env }: Reach, file: string, work: (env: Reach['env']) => Promise<void>): Promise<void> {
  const roots = `${file}.ca`;
  try {
    const place = libpqOf(url, roots);
    if (place.PGSSLROOTCERT === roots) writeFileSync(roots, rootCertificates.join('\n'), { mode: 0o600 });
    await work({ ...env, ...place });
  } finally {
    rmSync(roots, { force: true });
  }
}

async function assertNewEnough({ env }: Reach, program: string, server: number): Promise<void> {
  const tool = spawnTool(env, program, ['--version']);
  const [line] = await Promise.all([text(tool.stdout), ended(program, tool)]);
  const [, found = ''] = /\) (\d+)/.exec(line) ?? [];
  const needed = Math.floor(server / 10_000);
  if (Number(found) >= needed) return;
  throw new ToolError(`${program} is version ${found}, and the database is of version ${needed}. ${install(needed)}`);
}

function install(version: number | string): string {
  return `Install PostgreSQL's client programs of version ${version} or newer (Debian: apt-get install postgresql-client).`;
}

function spawnTool(env: Reach['env'], program: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(program, args, { env: { ...env, PGAPPNAME: 'warifu backup', LC_MESSAGES: 'C' } });
}

/** Resolves when a program has done its work. */
async function ended(program: string, tool: ChildProcessWithoutNullStreams): Promise<void> {
  let said = '';
  tool.stderr.setEncoding('utf8').on('data', (part: string) => {
    said = `${said}${part}`.slice(-2000);
  });
  const code = await new Promise<number | string | null>((resolve, reject) => {
    tool.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'ENOENT' ? new ToolError(`${program} is not installed. ${install('the database')}`) : error,
      );
    });
    tool.once('close', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) throw new ToolError(`${program} failed (${code}): ${said.trim()}`);
}
