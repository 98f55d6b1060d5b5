import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../scripts/postgres.ts';
import { launch, program, serverEnv, startServer, temporaryFolder } from './support/server.ts';
import { until } from './support/until.ts';

/** Runs a command to its end. */
async function ran(args: string[], dataDir: string, databaseUrl?: string) {
  const options = databaseUrl === undefined ? {} : { databaseUrl };
  const { exit, printed } = launch([program, ...args], serverEnv(await freePort(), dataDir, options));
  return { code: await exit, ...printed };
}

/** Every file with what is in it. */
const contentOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name) + (entry.isFile() ? readText(entry) : ''))
    .sort();
const readText = ({ parentPath, name }: { parentPath: string; name: string }) =>
  `: ${readFileSync(join(parentPath, name)).toString('base64')}`;

const commands = [
  ['audit', 'verify'],
  ['setup-link'],
  ['break-glass', 'mfa', '--operator', 'OP0000000001', '--reason', 'lost', '--now'],
];

describe.each(commands)('%s %s', (...args) => {
  test('makes nothing where there is no database, and names the setting', async () => {
    const folder = temporaryFolder('mistyped');
    const { code, stdout, stderr } = await ran(args, join(folder, 'data'));
    expect({ code, stdout, files: readdirSync(folder) }).toEqual({ code: 78, stdout: '', files: [] });
    expect(stderr).toMatch(/^warifu: WARIFU_DATA_DIR: no Warifu database here: .*\n$/);
  });
});

test('a database of something else, or an empty file, is no Warifu database and stays as it is', async () => {
  const folder = temporaryFolder('other');
  const file = join(folder, 'other.db');
  writeFileSync(file, '');
  const before = contentOf(folder);
  const { code, stderr } = await ran(['audit', 'verify'], join(folder, 'data'), `sqlite:${file}`);
  expect([code, contentOf(folder)]).toEqual([78, before]);
  expect(stderr).toMatch(/^warifu: WARIFU_DATABASE_URL: no Warifu database here: .*other\.db/);
});

test('an empty database on PostgreSQL is no Warifu database, and its password is not shown', async () => {
  const url = new URL(process.env.WARIFU_TEST_POSTGRES_URL ?? '');
  url.password = 'pebble-harbour';
  const folder = temporaryFolder('postgres');
  const { code, stderr } = await ran(['audit', 'verify'], join(folder, 'data'), url.toString());
  expect([code, readdirSync(folder)]).toEqual([78, []]);
  expect(stderr).toMatch(/^warifu: WARIFU_DATABASE_URL: no Warifu database here\./);
  expect(stderr).not.toContain('pebble-harbour');
});

describe('the key file of a database', () => {
  test('is not replaced when it is missing; each key of another file is noticed', async () => {
    const server = await startServer();
    await server.stop();
    const file = join(server.dataDir, 'keys/keys.json');
    const aside = join(temporaryFolder('aside'), 'keys.json');
    renameSync(file, aside);
    const before = contentOf(server.dataDir);
    for (const args of [
      ['serve'],
      ['operator', 'create', '--email', 'a@example.com', '--password-stdin'],
      ...commands,
    ]) {
      const { code, stderr } = await ran(args, server.dataDir);
      expect([args, code, stderr]).toEqual([args, 78, expect.stringMatching(/keys\.json is missing.*backup/)]);
      expect(contentOf(server.dataDir)).toEqual(before);
    }
    const other = temporaryFolder('other-keys');
    const maker = await startServer({ dataDir: other });
    await maker.stop();
    const own = JSON.parse(readFileSync(aside, 'utf8')) as Record<string, unknown>;
    const foreign = JSON.parse(readFileSync(join(other, 'keys/keys.json'), 'utf8')) as Record<string, unknown>;
    mkdirSync(join(server.dataDir, 'keys'), { recursive: true });
    for (const [key, named] of Object.entries({ sealing: 'sealing key', signing: 'signing key' })) {
      writeFileSync(file, JSON.stringify({ ...own, [key]: foreign[key] }), { mode: 0o600 });
      for (const args of [['serve'], ['audit', 'verify']]) {
        const { code, stderr } = await ran(args, server.dataDir);
        expect([key, code, stderr]).toEqual([key, 78, expect.stringContaining(named)]);
      }
    }
    writeFileSync(file, JSON.stringify(own), { mode: 0o600 });
    await (await startServer({ dataDir: server.dataDir })).stop();
  });
});

test('a stop during the start is obeyed', async () => {
  // A database that takes the connection and never answers keeps the start waiting.
  const silent = createServer();
  const asked = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const databaseUrl = `postgres://warifu@127.0.0.1:${port}/warifu`;
  const running = launch([program, 'serve'], serverEnv(await freePort(), temporaryFolder('stopped'), { databaseUrl }));
  await asked;
  running.child.kill('SIGTERM');
  expect([await running.exit, running.output()]).toEqual([0, '']);
  silent.close();
});

test('a database that is not there yet is waited for, with the reason, and a stop is obeyed meanwhile', async () => {
  const port = await freePort();
  const databaseUrl = `postgres://warifu:pebble-harbour@127.0.0.1:${port}/warifu`;
  const env = serverEnv(await freePort(), temporaryFolder('absent'), { databaseUrl });
  const running = launch([program, 'serve'], env);
  await until(() => running.output().includes('the database is not there yet'), 'the reason in the log');
  expect(running.output()).toContain(`nothing listens at 127.0.0.1:${port}`);
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  expect(running.output()).not.toContain('pebble-harbour');
});
