import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../scripts/postgres.ts';
import { ConfigError, readConfig } from '../src/config/config.ts';
import { asHostCommand, type Db, openDatabase, openUpToDate } from '../src/db/database.ts';
import { asServerStarts, untilThere } from '../src/db/until-there.ts';
import { engines } from './support/server.ts';
import { type SwallowingProxy, startSwallowingProxy } from './support/swallowing-proxy.ts';

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

const statementOf = (message: string) => /(?:CREATE|GRANT|ALTER|REASSIGN) [^;]+;/.exec(message)?.[0] ?? 'none';

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
    // Databases are made and dropped: a busy machine takes as long as it takes.
    db = openDatabase(admin, () => {}, asHostCommand);
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

  it('and so for rights, limits and settings of a database that is there', async () => {
    const url = urlOf(() => {});
    const mend = async (reason: RegExp, isFinal: boolean, apply: (statement: string) => Promise<unknown>) => {
      const started = await startOn(url);
      expect(started).toMatchObject({ message: expect.stringMatching(reason), isFinal });
      await apply(statementOf(started.message));
    };
    const maker = `${role}_maker`;
    await run(`create role "${maker}"`);
    await inDatabase(`reassign owned by "${role}" to "${maker}"`);
    await mend(/tables of .* belong to another role/, true, (statement) =>
      inDatabase(statement.replace('<the role that made them>', `"${maker}"`)),
    );
    await run(`drop role "${maker}"`);
    await inDatabase('drop schema public cascade');
    await mend(/has no schema public/, true, inDatabase);
    for (const limited of [`database "${database}"`, `role "${role}"`]) {
      await run(`alter ${limited} connection limit 0`);
      await mend(/as many connections as it may have/, false, run);
    }
    for (const setting of ['synchronous_commit = off', 'default_transaction_read_only = on']) {
      await run(`alter database "${database}" set ${setting}`);
      await mend(/what is committed must be on the disk/, false, run);
    }
    expect((await startOn(url)).message).toBe('started');
    await inDatabase(
      "insert into kysely_migration (name, timestamp) values ('0099-later', '2030-01-01T00:00:00.000Z')",
    );
    await inDatabase("update server_state set value = '9.8.7' where key = 'version'");
    expect(await startOn(url)).toMatchObject({
      message: expect.stringMatching(/a newer Warifu, 9\.8\.7, .*0099-later.* this is Warifu \d+\.\d+\.\d+\./),
      isFinal: true,
    });
    await run(`drop database "${database}"`);
    await run(`create database "${database}" owner "${role}" encoding 'LATIN1' template template0`);
    const encoding = await startOn(url);
    expect(encoding).toMatchObject({ message: expect.stringContaining('another encoding than UTF8'), isFinal: true });
    const mended = `${database}_utf8`;
    await run(statementOf(encoding.message));
    expect((await startOn(urlOf((other) => (other.pathname = `/${mended}`)))).message).toBe('started');
    await run(`drop database "${mended}" with (force)`);
  });

  it('and so for a password that is wrong or too old, and for a role that is not let in', async () => {
    const file = String(Object.values((await run('show hba_file')).rows[0] ?? {})[0]);
    const before = readFileSync(file, 'utf8');
    const letIn = async (how: string) => {
      writeFileSync(file, `host all "${role}" 127.0.0.1/32 ${how}\n${before}`);
      await run('select pg_reload_conf()');
    };
    const until = async (url: string, reason: RegExp) => {
      await vi.waitFor(async () => expect((await startOn(url)).message).toMatch(reason), { timeout: 120_000 });
      expect((await startOn(url)).isFinal).toBe(true);
    };
    try {
      await letIn('scram-sha-256');
      await until(
        urlOf((url) => (url.password = `${secret}-not`)),
        /refuses the password/,
      );
      await run(`alter role "${role}" valid until '2020-01-01'`);
      await until(
        urlOf(() => {}),
        /refuses the password/,
      );
      await run(`alter role "${role}" valid until 'infinity'`);
      await letIn('reject');
      await until(
        urlOf(() => {}),
        /does not let .* in from here.*pg_hba\.conf/,
      );
    } finally {
      writeFileSync(file, before);
      await run('select pg_reload_conf()');
    }
  });

  it('names TLS, host and port', async () => {
    const tls = await startOn(urlOf((url) => url.searchParams.set('sslmode', 'verify-full')));
    expect(tls).toMatchObject({ isFinal: true, message: expect.stringContaining('sslmode=disable') });
    const certificate = urlOf((url) => (url.search = '?sslmode=verify-full&sslrootcert=/nowhere/ca.pem'));
    expect(await startOn(certificate)).toMatchObject({
      isFinal: true,
      message: expect.stringContaining('/nowhere/ca.pem cannot be read'),
    });
    const mode = () =>
      readConfig({ WARIFU_DATABASE_URL: urlOf((url) => url.searchParams.set('sslmode', 'sometimes')) });
    expect(mode).toThrow(/^WARIFU_DATABASE_URL: sslmode must be one of: disable, .*verify-full/);
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

  it('says which version is too old', async () => {
    // The real answer of a real server, with one digit of its version changed on the way.
    const { hostname, port } = new URL(admin);
    const older = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace(/\b1[5-9](\d{4})/, '14$1'), 'latin1');
    const other = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      client.pipe(upstream);
      upstream.on('data', (bytes) => client.write(older(bytes)));
      for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
        from.on('error', () => {}).on('close', () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = new URL(admin);
    url.port = String((other.address() as AddressInfo).port);
    url.pathname = '/template1';
    expect(await startOn(url.toString())).toMatchObject({
      isFinal: true,
      message: expect.stringMatching(/is PostgreSQL 14\. Use PostgreSQL 15 or newer/),
    });
    other.close();
  });

  it('is tried again while it may come, with the reason each time, and not when it will not', async () => {
    const port = await freePort();
    const late = `${database}_late`;
    await run(`create database "${late}"`);
    const url = new URL(admin);
    url.port = String(port);
    url.pathname = `/${late}`;
    const reasons: string[] = [];
    let proxy: SwallowingProxy | undefined;
    const once = untilThere({ longest: 60_000, pause: 50 }, (reason) => {
      reasons.push(reason);
      if (reasons.length === 3) void startSwallowingProxy(Number(new URL(admin).port), port).then((it) => (proxy = it));
    });
    const open = () => openUpToDate(url.toString(), () => {});
    await (await once(open)).destroy();
    expect(reasons.length).toBeGreaterThanOrEqual(3);
    expect(new Set(reasons)).toEqual(
      new Set([expect.stringContaining(`nothing listens at 127.0.0.1:${port}`) as string]),
    );
    await proxy?.stop();
    await run(`drop database "${late}" with (force)`);
    reasons.length = 0;
    await expect(untilThere({ longest: 120, pause: 50 }, (reason) => reasons.push(reason))(open)).rejects.toThrow(
      /nothing listens/,
    );
    expect(reasons.length).toBeGreaterThanOrEqual(1);
    reasons.length = 0;
    url.port = new URL(admin).port;
    url.pathname = '/nowhere_at_all';
    await expect(untilThere(asServerStarts, (reason) => reasons.push(reason))(open)).rejects.toThrow(/has no database/);
    expect(reasons).toEqual([]);
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

  it('used by a newer version: both are named', async () => {
    const url = `sqlite:${folder}/newer.db`;
    const db = await openUpToDate(url, () => {});
    await sql`insert into kysely_migration (name, timestamp) values ('0099-later', '2030-01-01T00:00:00.000Z')`.execute(
      db,
    );
    await sql`update server_state set value = '9.8.7' where key = 'version'`.execute(db);
    await db.destroy();
    expect(await startOn(url)).toMatchObject({
      isFinal: true,
      message: expect.stringMatching(/a newer Warifu, 9\.8\.7, .*0099-later.* this is Warifu \d+\.\d+\.\d+\./),
    });
  });

  it('locked by another process: it is waited for', async () => {
    const file = join(folder, 'locked.db');
    const other = new DatabaseSync(file);
    other.exec('pragma journal_mode = wal; begin immediate');
    const once = untilThere({ longest: 60_000, pause: 10 }, (reason) => {
      expect(reason).toMatch(/another process is writing to .*locked\.db/);
      if (other.isTransaction) other.exec('commit');
    });
    await (await once(() => openUpToDate(`sqlite:${file}`, () => {}))).destroy();
    other.close();
  });

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
