import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server/lib/smtp-server.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../scripts/postgres.ts';
import { diagnose } from '../src/cli/doctor.ts';
import { readConfig } from '../src/config/config.ts';
import { loadKeys } from '../src/crypto/keys.ts';
import { openDatabase } from '../src/db/database.ts';
import { keepState, noteBackup } from '../src/db/state.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { anchorAll } from '../src/restored/watch.ts';
import { type Running, startServer } from '../src/server.ts';
import { startSink } from './mail/smtp.ts';
import { runProgram } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { startNginx } from './support/nginx.ts';
import { newRoot } from './support/people.ts';
import { engines, patient, startTestServer, type TestServer } from './support/server.ts';

type Finding = { check: string; level: 'ok' | 'warning' | 'error'; found: string; todo?: string };

/** What is not well by these settings; each says what was found, and what to do. */
async function doctor(env: Record<string, string>, audit = false): Promise<Finding[]> {
  const bad = badOf((await diagnose(env, { audit })).findings);
  for (const { found, todo } of bad) expect([found !== '', (todo ?? '') !== '']).toEqual([true, true]);
  return bad;
}

const badOf = (findings: readonly Finding[]) => findings.filter(({ level }) => level !== 'ok');

/** The same by the command, in a process of its own, with its exit code. */
async function command(env: Record<string, string>) {
  const { code, stdout, stderr } = await runProgram(['doctor', '--json'], env);
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  return { code, ok, stderr, bad: badOf(findings) };
}

/** Expects one thing that is not well, of a check, in words that name it, with its remedy. */
function only(bad: readonly Finding[], check: string, found: RegExp, todo: RegExp): void {
  expect(bad.map((finding) => [finding.check, finding.found, finding.todo])).toEqual([
    [check, expect.stringMatching(found), expect.stringMatching(todo)],
  ]);
}

const folder = mkdtempSync(join(tmpdir(), 'warifu-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const silent = pino({ level: 'silent' });

describe('warifu doctor, beside a server on SQLite', () => {
  let server: Running;
  let env: Record<string, string>;
  let mail: Awaited<ReturnType<typeof startSink>>;
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  beforeAll(async () => {
    mail = await startSink();
    const port = await freePort();
    env = {
      WARIFU_DATA_DIR: join(folder, 'data'),
      WARIFU_PORT: String(port),
      WARIFU_BASE_URL: `http://localhost:${port}`,
      WARIFU_SMTP_URL: mail.url,
    };
    server = await startServer(readConfig(env), silent, () => Date.now());
    await noteBackup(server.ctx.db, Date.now());
    nginx = await startNginx(port, join(folder, 'nginx'));
  });
  afterAll(async () => {
    await nginx.stop();
    await server.stop();
    await mail.close();
  });
  const at = (port: number, scheme = 'http') => ({ WARIFU_BASE_URL: `${scheme}://localhost:${port}` });
  const trusting = { WARIFU_TRUSTED_PROXIES: '127.0.0.1/32' };

  it('finds nothing where nothing is wrong, and prints a line for each check', async () => {
    expect(await doctor(env, true)).toEqual([]);
    const { stdout, code } = await runProgram(['doctor'], env);
    expect(code).toBe(0);
    for (const check of ['configuration', 'keys', 'database', 'servers', 'clock', 'mail', 'base URL', 'backup']) {
      expect(stdout).toMatch(new RegExp(`^ok +${check} `, 'm'));
    }
  });

  it('a setting that is none', async () => {
    const { code, ok, bad } = await command({ ...env, WARIFU_PROT: '1' });
    expect([code, ok]).toEqual([78, false]);
    only(bad, 'configuration', /WARIFU_PROT is not a setting/, /WARIFU_PORT/);
  });

  it('a key file that others may read, one that is damaged, one that is gone, and one of another database', async () => {
    const own = join(env.WARIFU_DATA_DIR ?? '', 'keys/keys.json');
    const copy = join(folder, 'keys.json');
    copyFileSync(own, copy);
    chmodSync(copy, 0o644);
    const other = { ...env, WARIFU_KEYS_FILE: copy };
    only(await doctor(other), 'keys', /readable by others/, /chmod 600/);
    chmodSync(copy, 0o600);
    expect(await doctor(other)).toEqual([]);
    writeFileSync(copy, readFileSync(own, 'utf8').slice(0, 90));
    only(await doctor(other), 'keys', /damaged/, /Restore it from a backup/);
    rmSync(copy);
    only(await doctor(other), 'keys', /missing/, /Restore it from a backup/);
    loadKeys(copy);
    expect((await doctor(other)).map(({ check, todo }) => [check, todo])).toContainEqual([
      'keys',
      expect.stringContaining('Restore keys/keys.json'),
    ]);
  });

  it('a rotation of the keys that was not finished, and values whose key is gone', async () => {
    const copy = join(folder, 'half.json');
    const content = JSON.parse(readFileSync(join(env.WARIFU_DATA_DIR ?? '', 'keys/keys.json'), 'utf8')) as {
      sealing: object[];
    };
    content.sealing.push({ id: 'abcdef12', state: 'next', key: Buffer.alloc(32).toString('base64') });
    writeFileSync(copy, JSON.stringify(content), { mode: 0o600 });
    only(await doctor({ ...env, WARIFU_KEYS_FILE: copy }), 'keys', /rotation/, /npx warifu keys rotate/);
    await keepState(server.ctx.db, 'planted', 'v1.00000000.AAAA.AAAA');
    only(await doctor(env), 'keys', /1 values .* 00000000/, /Restore the key file/);
    await server.ctx.db.deleteFrom('server_state').where('key', '=', 'planted').execute();
  });

  it('a mail server that refuses the password, has no valid certificate, speaks otherwise, or is not there', async () => {
    const strict = await startSink({ login: { user: 'warifu', pass: 'right' } });
    const wrong = strict.url.replace('smtp://', 'smtp://warifu:wrong@');
    const refused = await doctor({ ...env, WARIFU_SMTP_URL: wrong });
    only(refused, 'mail', /refuses the user name or the password/, /%40/);
    expect(JSON.stringify(refused)).not.toContain('wrong@');
    await strict.close();

    const secure = new SMTPServer({ secure: true, authOptional: true, logger: false });
    secure.on('error', () => undefined);
    const port = await freePort();
    await new Promise<void>((resolve) => secure.listen(port, '127.0.0.1', resolve));
    only(
      await doctor({ ...env, WARIFU_SMTP_URL: `smtps://127.0.0.1:${port}` }),
      'mail',
      /certificate/,
      /certificate|Renew/,
    );
    await new Promise<void>((resolve) => secure.close(resolve));

    const plain = { ...env, WARIFU_SMTP_URL: mail.url.replace('smtp://', 'smtps://') };
    only(await doctor(plain), 'mail', /no TLS in this way/, /smtp:\/\/ for port 587/);
    const gone = { ...env, WARIFU_SMTP_URL: `smtp://127.0.0.1:${port}` };
    only(await doctor(gone), 'mail', /Nothing takes connections/, /Correct host and port/);
  });

  it('a proxy that is not trusted, hides who asks, lets clients choose, or changes the name', async () => {
    const { ports } = nginx;
    expect(await doctor({ ...env, ...at(ports.good), ...trusting })).toEqual([]);
    const untrusted = await doctor({ ...env, ...at(ports.good) });
    only(untrusted, 'base URL', /proxy 127\.0\.0\.1.*not trusted/, /WARIFU_TRUSTED_PROXIES=127\.0\.0\.1\/32/);
    const [drops, passes] = [at(ports.drops), at(ports.passes)];
    only(
      await doctor({ ...env, ...drops, ...trusting }),
      'base URL',
      /does not say who asks/,
      /X-Forwarded-For \$remote_addr/,
    );
    only(
      await doctor({ ...env, ...passes, ...trusting }),
      'base URL',
      /what clients say/,
      /X-Forwarded-For \$remote_addr/,
    );
    only(
      await doctor({ ...env, ...at(ports.renames), ...trusting }),
      'base URL',
      /another host name/,
      /Host \$http_host/,
    );
  });

  it('a certificate that ends soon, one that nobody vouches for, and a base URL that leads elsewhere or nowhere', async () => {
    const secure = { ...env, ...at(nginx.ports.tls, 'https'), ...trusting };
    const trusted = { ...secure, NODE_EXTRA_CA_CERTS: nginx.cert };
    // A file of authorities is read when the process begins.
    const { code, bad } = await command(trusted);
    expect(code).toBe(1);
    only(bad, 'base URL', /holds for [45] days/, /Renew it/);
    only(await doctor(secure), 'base URL', /does not hold/, /whole chain/);
    const other = createServer((socket) =>
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
    );
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    only(await doctor({ ...env, ...at(port) }), 'base URL', /another server \(it answers 404\)/, /WARIFU_BASE_URL/);
    other.close();
    only(await doctor({ ...env, ...at(port) }), 'base URL', /does not answer/, /Start the proxy/);
  });

  it('a backup that is too old, mails that wait, a clock that was ahead, and a changed audit log', async () => {
    const { ctx } = server;
    await noteBackup(ctx.db, Date.now() - 3 * 86_400_000);
    only(await doctor(env), 'backup', /3 days old/, /npx warifu backup/);
    await noteBackup(ctx.db, Date.now());
    const root = await newRoot({ ctx } as TestServer);
    await server.jobs.drain();
    const { db } = ctx;
    const old = Date.now() - 3_600_000;
    const waits = { created_at: old, sent_at: null, dropped_at: null, next_attempt_at: Date.now() + 3_600_000 };
    await db.updateTable('outbox').set(waits).where('operator_id', '=', root.operatorId).execute();
    only(await doctor(env), 'mail', /mails? wait, the oldest since 60 minutes/, /mail server/);
    await db.deleteFrom('outbox').where('operator_id', '=', root.operatorId).execute();
    await anchorAll(ctx);
    await db.updateTable('audit_log').set({ actor: 'nobody' }).where('operator_id', '=', root.operatorId).execute();
    only(
      await doctor(env, true),
      'audit log',
      new RegExp(`${root.operatorId}: .* at record`),
      /compare it with a backup/,
    );
    await db.deleteFrom('audit_log').where('operator_id', '=', root.operatorId).execute();
    await db.deleteFrom('audit_heads').where('operator_id', '=', root.operatorId).execute();
    // A chain that is whole by itself, and shorter than it was seen to be.
    only(
      await doctor(env, true),
      'audit log',
      new RegExp(`${root.operatorId}: the last \\d+ of the \\d+ records that were seen are missing`),
      /compare it with a backup/,
    );
    // The server writes the right time down again within seconds.
    await vi.waitFor(
      async () => {
        await keepState(db, 'latest_time', String(Date.now() + 3_600_000));
        only(await doctor(env), 'clock', /60 minutes behind the latest time/, /timedatectl set-ntp true/);
      },
      { timeout: 30_000, interval: 100 },
    );
  });
});

describe('warifu doctor on an SQLite file without a server', () => {
  it('names a damaged table, a server that does not run, a backup that was never made, and a lock that lasts', async () => {
    const server = await startTestServer('sqlite', {}, { hasher: fastHasher() });
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    for (let i = 0; i < 30; i++) await newRoot(server);
    const { dataDir } = server.ctx.config;
    const file = join(folder, 'damaged.db');
    const whole = new DatabaseSync(join(dataDir, 'warifu.db'));
    whole.prepare('vacuum into ?').run(file);
    whole.close();
    const database = new DatabaseSync(file);
    const { page } = database
      .prepare("select pageno as page from dbstat where name = 'audit_log' and pagetype = 'leaf' limit 1")
      .get() as { page: number };
    const { page_size: size } = database.prepare('pragma page_size').get() as { page_size: number };
    database.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, (page - 1) * size, page * size);
    writeFileSync(file, bytes);
    const env = { WARIFU_DATA_DIR: dataDir, WARIFU_DATABASE_URL: `sqlite:${file}` };
    const bad = await doctor(env);
    expect(bad).toContainEqual({
      check: 'database',
      level: 'error',
      found: expect.stringContaining('audit_log') as string,
      todo: expect.stringContaining('npx warifu restore') as string,
    });
    expect(bad.map(({ check }) => check)).toEqual(expect.arrayContaining(['servers', 'backup']));

    const lock = new DatabaseSync(join(dataDir, 'warifu.db'));
    lock.exec('begin immediate');
    expect(await doctor({ WARIFU_DATA_DIR: dataDir })).toContainEqual({
      check: 'database',
      level: 'error',
      found: 'It takes no writes: locked.',
      todo: expect.stringContaining('Another program') as string,
    });
    lock.exec('rollback');
    lock.close();
    await server.stop();
  });
});

describe.runIf(engines.includes('postgres'))('warifu doctor on PostgreSQL', () => {
  let server: TestServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startTestServer('postgres', {}, { hasher: fastHasher() });
    const { dataDir, databaseUrl } = server.ctx.config;
    env = { WARIFU_DATA_DIR: dataDir, WARIFU_DATABASE_URL: databaseUrl };
  });
  afterAll(() => server.stop());

  it('names a database that does not keep what it says, one that only reads, a wrong password, and one that is not there', async () => {
    const url = new URL(server.ctx.config.databaseUrl);
    const name = url.pathname.slice(1);
    const admin = openDatabase(server.ctx.config.databaseUrl, () => {}, patient);
    const troubles = [
      ['synchronous_commit = off', /synchronous_commit is off/, /ALTER DATABASE .* SET synchronous_commit = on/],
      ['default_transaction_read_only = on', /transaction_read_only is on/, /default_transaction_read_only = off/],
    ] as const;
    for (const [setting, found, todo] of troubles) {
      await sql.raw(`alter database ${name} set ${setting}`).execute(admin);
      only(await doctor(env), 'database', found, todo);
      await sql.raw(`set default_transaction_read_only = off; alter database ${name} reset all`).execute(admin);
    }
    await admin.destroy();
    url.pathname = '/none_of_this_name';
    only(await doctor({ ...env, WARIFU_DATABASE_URL: url.href }), 'database', /has no database/, /CREATE DATABASE/);
    url.pathname = `/${name}`;
    url.port = String(await freePort());
    const gone = await doctor({ ...env, WARIFU_DATABASE_URL: url.href });
    expect(gone.map(({ check, level }) => [check, level])).toEqual([['database', 'error']]);
    expect(gone[0]?.found).toContain(url.port);
  });

  it('names a clock that is not that of the database', async () => {
    // The test's server runs a week behind the database.
    await server.jobs.drain();
    await delay(10);
    expect((await doctor(env)).filter(({ check }) => check === 'clock')).toContainEqual({
      check: 'clock',
      level: 'error',
      found: expect.stringMatching(
        /^The clock of the server [\da-f-]+ is \d+ (days|hours) (behind|ahead of) that of the database\.$/,
      ) as string,
      todo: expect.stringContaining('timedatectl') as string,
    });
  });
});
