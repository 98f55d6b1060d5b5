import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/postgres.ts';
import { ConfigError } from '../src/config.ts';
import { type Db, openDatabase, openUpToDate } from '../src/db/database.ts';
import { engines } from './support/server.ts';

const secret = 'pebble-harbour-quilt';

/** What the person who starts the server reads, and whether starting again may help. */
async function startOn(url: string): Promise<{ message: string; isFinal: boolean }> {
  try {
    await (await openUpToDate(url, () => {})).destroy();
  } catch (error) {
    const { message } = error as Error;
    expect(message).toContain('WARIFU_DATABASE_URL');
    expect(message).not.toContain(secret);
    return { message, isFinal: error instanceof ConfigError };
  }
  return { message: 'started', isFinal: false };
}

const statementOf = (message: string) => /(?:CREATE|GRANT|ALTER) [^;]+;/.exec(message)?.[0] ?? 'none';

describe.runIf(engines.includes('postgres'))('a PostgreSQL that cannot be used says why', () => {
  const role = `warifu_${randomBytes(6).toString('hex')}`;
  const database = `${role}_db`;
  const admin = process.env.WARIFU_TEST_POSTGRES_URL ?? '';
  const urlOf = (change: (url: URL) => void) => {
    const url = new URL(admin);
    url.username = role;
    url.password = secret;
    url.pathname = `/${database}`;
    change(url);
    return url.toString();
  };
  let db: Db;
  const run = (statement: string, on = db) => sql.raw(statement).execute(on);
  const inDatabase = async (statement: string) => {
    const url = new URL(admin);
    url.pathname = `/${database}`;
    const other = openDatabase(url.toString(), () => {});
    try {
      await run(statement, other);
    } finally {
      await other.destroy();
    }
  };
  beforeAll(async () => {
    db = openDatabase(admin, () => {});
  });
  afterAll(async () => {
    await run(`drop database if exists "${database}" with (force)`);
    await run(`drop role if exists "${role}"`);
    await db.destroy();
  });

  it('and the statements that it names mend it, one after the other', async () => {
    const url = urlOf(() => {});
    const mend = async (reason: RegExp, apply: (statement: string) => Promise<unknown>) => {
      const { message, isFinal } = await startOn(url);
      expect(message).toMatch(reason);
      expect(isFinal).toBe(true);
      await apply(statementOf(message).replace('…', secret));
    };
    await mend(/has no role .* that may log in/, run);
    await mend(/has no database/, (statement) => run(statement.replace(/ OWNER [^;]+/, '')));
    await run(`alter role "${role}" nologin`);
    await mend(/that may log in/, () => run(`alter role "${role}" login`));
    await run(`revoke connect on database "${database}" from public`);
    await mend(/may not connect/, run);
    await mend(/may not make tables in the schema public/, inDatabase);
    expect((await startOn(url)).message).toBe('started');
    await run(`alter database "${database}" allow_connections false`);
    await mend(/takes no connections/, run);
    expect((await startOn(url)).message).toBe('started');
  });

  it('names TLS, host and port', async () => {
    const tls = await startOn(urlOf((url) => url.searchParams.set('sslmode', 'verify-full')));
    expect(tls).toMatchObject({ isFinal: true, message: expect.stringContaining('sslmode=disable') });
    const host = await startOn(urlOf((url) => (url.hostname = 'nowhere.invalid')));
    expect(host.message).toMatch(/there is no host nowhere\.invalid|does not answer/);
    const port = await freePort();
    const refused = await startOn(urlOf((url) => (url.port = String(port))));
    // A database that is still starting looks the same: starting again may help.
    expect(refused).toMatchObject({
      isFinal: false,
      message: expect.stringContaining(`nothing listens at 127.0.0.1:${port}`),
    });
  });

  it('says when what listens is no PostgreSQL', async () => {
    const other = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const { message } = await startOn(urlOf((url) => (url.port = String(port))));
    expect(message).toMatch(/hung up|may be no PostgreSQL/);
    other.close();
  });
});

describe('a file that cannot be used says why', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-start-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('no database, a folder', async () => {
    writeFileSync(join(folder, 'text.db'), 'not a database '.repeat(100));
    const text = await startOn(`sqlite:${folder}/text.db`);
    expect(text).toMatchObject({ isFinal: true, message: expect.stringContaining('is not an SQLite database') });
    const directory = await startOn(`sqlite:${folder}`);
    expect(directory).toMatchObject({
      isFinal: true,
      message: expect.stringContaining('cannot be opened for writing'),
    });
  });
});
