import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import serverPackage from '../package.json' with { type: 'json' };
import { migrateDatabase } from '../src/cli/db.ts';
import { claimServer } from '../src/db/database.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { schemaState } from '../src/db/schema-state.ts';
import { placeOf, runCommand, runProgram } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { auditOf, newRoot } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'warifu-host-'));
afterAll(() => rmSync(folder, { recursive: true }));
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

it('what is typed wrongly ends with 2, a version with 0', async () => {
  const { code, stdout, stderr } = await runProgram(['foo']);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining("unknown command 'foo'")]);
  expect(await runProgram(['--version'])).toEqual({ code: 0, stdout: `${serverPackage.version}\n`, stderr: '' });
});

describe('warifu config', () => {
  const file = join(folder, 'warifu.toml');
  const env = { WARIFU_CONFIG: file, WARIFU_DATA_DIR: join(folder, 'none'), WARIFU_NAME: 'Own' };
  beforeAll(() =>
    writeFileSync(file, 'port = 9000\nsmtp_url = "smtp://mailer:hunter@mail.example.com"\n', { mode: 0o600 }),
  );

  it('print tells each value and where it came from, and no secret', async () => {
    const { code, stdout } = await runProgram(['config', 'print'], env);
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).toEqual(
      expect.arrayContaining([
        ['SETTING', 'VALUE', 'FROM'],
        ['WARIFU_HOST', '127.0.0.1', 'default'],
        ['WARIFU_NAME', 'Own', 'environment'],
        ['WARIFU_PORT', '9000', `file ${file}, line 1`],
        ['WARIFU_SMTP_URL', 'smtp://***@mail.example.com', `file ${file}, line 2`],
      ]),
    );
    const all = await runProgram(['config', 'print', '--json', '--redact'], env);
    expect(json(all.stdout)).toMatchObject({
      WARIFU_PORT: { value: 9000, from: 'file', place: `${file}, line 1` },
      WARIFU_TRUSTED_PROXIES: { value: [], from: 'default' },
      WARIFU_SMTP_URL: { value: 'smtp://***@mail.example.com' },
    });
    expect(stdout + all.stdout).not.toContain('hunter');
    const shown = await runProgram(['config', 'print', '--show-secrets'], env);
    expect(shown.stdout).toContain('smtp://mailer:hunter@mail.example.com');
  });

  it('check says all that is wrong, and touches nothing', async () => {
    expect(await runProgram(['config', 'check'], env)).toEqual({
      code: 0,
      stdout: 'The configuration can be used.\n',
      stderr: '',
    });
    const wrong = { ...env, WARIFU_PORT: 'x', WARIFU_NAM: 'x', WARIFU_ACCENT: '#fff' };
    const { code, stdout, stderr } = await runProgram(['config', 'check'], wrong);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^warifu: WARIFU_NAM is not a setting/),
      expect.stringMatching(/^warifu: WARIFU_PORT must be a whole number/),
      expect.stringMatching(/^warifu: WARIFU_ACCENT: white text on #ffffff/),
    ]);
    const listed = await runProgram(['config', 'check', '--json'], wrong);
    expect([listed.code, json(listed.stdout)]).toMatchObject([78, { ok: false, findings: { length: 3 } }]);
    expect(existsSync(env.WARIFU_DATA_DIR)).toBe(false);
  });

  it('check knows what only a server may not do', async () => {
    const { code, stderr } = await runProgram(['config', 'check'], { WARIFU_HOST: '0.0.0.0' });
    expect([code, stderr]).toEqual([78, expect.stringContaining('WARIFU_SMTP_URL is needed')]);
  });
});

describe.each(engines)('commands beside a server on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());

  it('operator list tells who is there', async () => {
    const root = await newRoot(server);
    const { code, stdout } = await runCommand(server, ['operator', 'list', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      [
        {
          operatorId: root.operatorId,
          email: root.email,
          mfa: false,
          samUsers: 0,
          createdAt: '2026-11-22T12:00:00.000Z',
        },
      ],
    ]);
    expect((await runCommand(server, ['operator', 'list'])).stdout).toMatch(
      new RegExp(`^${root.operatorId} +${root.email} +off +0 +2026-11-22`, 'm'),
    );
  });

  it('db status and db migrate say that all is done', async () => {
    const names = Object.keys(migrations);
    const status = await runCommand(server, ['db', 'status', '--json']);
    const { version } = serverPackage;
    expect([status.code, json(status.stdout)]).toEqual([
      0,
      { upToDate: true, version, ownVersion: version, applied: names, pending: [], newer: [] },
    ]);
    expect(await runCommand(server, ['db', 'migrate'])).toEqual({
      code: 0,
      stdout: 'The database is up to date.\n',
      stderr: '',
    });
  });

  it('db migrate does what is pending, and not under a server that would not know it', async () => {
    const { databaseUrl } = server.ctx.config;
    const steps = { ...migrations, '0002-later': { up: async () => {} } };
    expect(await schemaState(databaseUrl, steps)).toMatchObject({ pending: ['0002-later'], newer: [] });
    const release = claimServer(databaseUrl);
    if (engine === 'sqlite') {
      await expect(migrateDatabase(server.ctx.config, {}, steps)).rejects.toThrow('Another Warifu server is running');
      expect(await schemaState(databaseUrl, steps)).toMatchObject({ pending: ['0002-later'] });
    }
    release();
    expect(await migrateDatabase(server.ctx.config, {}, steps)).toBe(0);
    expect(await schemaState(databaseUrl, steps)).toMatchObject({ pending: [], newer: [] });
    // For this version it is one of a newer version from here on.
    const status = await runCommand(server, ['db', 'status']);
    expect([status.code, status.stdout]).toEqual([1, expect.stringMatching(/^Of a newer one +0002-later$/m)]);
    const migrate = await runCommand(server, ['db', 'migrate']);
    expect([migrate.code, migrate.stderr]).toEqual([78, expect.stringContaining('a newer Warifu')]);
    await sql`delete from kysely_migration where name = '0002-later'`.execute(server.ctx.db);
  });
});

it('what other commands print is JSON when that is asked for', async () => {
  const server = await startTestServer('sqlite', {}, { hasher: fastHasher() });
  const link = await runCommand(server, ['setup-link', '--json']);
  expect(json(link.stdout)).toEqual({ link: expect.stringMatching(/^http:\/\/localhost:8787\/setup#/) as string });
  await newRoot(server);
  const mails = await runCommand(server, ['mails', '--json']);
  const mail = { to: expect.stringContaining('@') as string, subject: expect.stringMatching(/./) as string };
  expect(JSON.parse(mails.stdout)).toEqual([expect.objectContaining(mail)]);
  const verified = await runCommand(server, ['audit', 'verify', '--json']);
  expect([verified.code, json(verified.stdout)]).toMatchObject([0, { faults: [] }]);
  await server.stop();
});

/** A user of the host as which nobody has a name, where the system lets anybody be one. */
const nameless = ['unshare', '--user', '--map-user=54321', '--map-group=54321'];
const mayBeNameless = spawnSync('unshare', [...nameless.slice(1), 'true']).status === 0;

it.runIf(mayBeNameless)('runs as a number that has no name, as a platform gives it to a container', async () => {
  const server = await startTestServer('sqlite', {}, { hasher: fastHasher() });
  const { operatorId } = await newRoot(server);
  const run = (...args: string[]) => runProgram(args, placeOf(server.ctx.config), undefined, nameless);
  const made = await run('gate-key', 'create', '--name', 'orders', '--operator', operatorId, '--json');
  expect([made.code, made.stderr]).toEqual([0, '']);
  const [record] = await auditOf(server, operatorId, 'Host:gate-key create');
  expect(record).toMatchObject({ actor: 'host:54321', user_agent: 'host:54321' });
  await server.stop();
});

describe('warifu healthcheck', () => {
  const check = (env: Record<string, string>) => runProgram(['healthcheck', '--json'], env);

  it.each(['127.0.0.1', '0.0.0.0', '::'])('asks the server by its own settings, at %s', async (host) => {
    const server = await startTestServer('sqlite');
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.address() as AddressInfo;
    const proxy = { HTTP_PROXY: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' };
    const elsewhere = { WARIFU_BASE_URL: 'https://id.example.com', WARIFU_SMTP_URL: 'smtp://127.0.0.1' };
    const ran = await check({ ...proxy, ...elsewhere, WARIFU_HOST: host, WARIFU_PORT: String(port) });
    expect([ran.code, json(ran.stdout)]).toEqual([0, { ready: true, url: `http://127.0.0.1:${port}/readyz` }]);
    await server.stop();
  });

  it('is 1 and nothing else when nobody answers, or what answers is not ready', async () => {
    const answer = { status: 503 };
    const other = createServer((_, response) => response.writeHead(answer.status).end('not ready'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    const busy = await check({ WARIFU_PORT: port });
    const notReady: unknown = expect.stringContaining('answers 503: not ready');
    expect([busy.code, json(busy.stdout)]).toMatchObject([1, { ready: false, reason: notReady }]);
    answer.status = 302;
    expect((await check({ WARIFU_PORT: port })).code).toBe(1);
    await new Promise((resolve) => other.close(resolve));
    const gone = await check({ WARIFU_PORT: port });
    const refused: unknown = expect.stringContaining('(ECONNREFUSED)');
    expect([gone.code, json(gone.stdout)]).toMatchObject([1, { ready: false, reason: refused }]);
    for (const env of [{ WARIFU_PORT: '0' }, { WARIFU_PORT: 'x' }, { WARIFU_PROT: port }])
      expect([env, (await check(env)).code]).toEqual([env, 1]);
  });
});

describe('where there is no database', () => {
  it.each(['db status', 'db migrate'])('%s makes none', async (typed) => {
    const dataDir = mkdtempSync(join(folder, 'empty-'));
    const { code, stderr } = await runProgram(typed.split(' '), { WARIFU_DATA_DIR: dataDir });
    expect([code, stderr]).toEqual([78, expect.stringContaining('no Warifu database here')]);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
