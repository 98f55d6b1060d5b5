import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headsOf, verifyChains } from '../src/audit/chain.ts';
import { sha256Of } from '../src/crypto/file-hash.ts';
import { openDatabase } from '../src/db/database.ts';
import { lastBackup } from '../src/db/state.ts';
import { runCommand } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { newRoot, signIn } from './support/people.ts';
import { engines, patient, startTestServer, type TestServer } from './support/server.ts';

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe.each(engines)('warifu backup on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-backup-'));
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  const backup = (...args: string[]) => runCommand(server, ['backup', ...args]);

  it('shows one moment while others write, and says which: every chain ends at its head', async () => {
    const root = await newRoot(server);
    let over = false;
    let written = 0;
    const writing = Array.from({ length: 4 }, async () => {
      while (!over) {
        await signIn(server, root);
        written++;
      }
    });
    const file = join(folder, 'under-load');
    const { code, stdout, stderr } = await backup(file, '--json');
    over = true;
    await Promise.all(writing);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(written).toBeGreaterThan(0);
    const said = JSON.parse(stdout) as Record<string, unknown>;
    const manifest = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Record<string, unknown>;
    expect(said).toMatchObject({
      file,
      manifest: `${file}.json`,
      sha256: await sha256Of(file),
      bytes: statSync(file).size,
    });
    expect(manifest).toMatchObject({ format: 1, engine, migration: '0001-baseline', sha256: said.sha256, at: said.at });
    expect([modeOf(file), modeOf(`${file}.json`)]).toEqual(['600', '600']);
    // It is in the database, for whoever watches the server.
    expect(await lastBackup(server.ctx.db)).toBe(Date.parse(String(said.at)));
    const { heads } = (manifest as { audit: { heads: { operatorId: string; sequence: number }[] } }).audit;
    const known = heads.find(({ operatorId }) => operatorId === root.operatorId)?.sequence ?? 0;
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThanOrEqual(written + 1);
    if (engine === 'postgres') return;
    const copy = openDatabase(`sqlite:${file}`, () => {}, patient);
    expect([await verifyChains(copy), await headsOf(copy)]).toEqual([[], heads]);
    await copy.destroy();
  });

  it('never overwrites, neither backup nor manifest, and leaves nothing behind', async () => {
    const file = join(folder, 'taken');
    for (const name of ['taken', 'taken.json']) {
      writeFileSync(join(folder, name), 'of somebody else');
      const { code, stderr } = await backup(file);
      expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`${name} is there already`))]);
      expect(readFileSync(join(folder, name), 'utf8')).toBe('of somebody else');
      rmSync(join(folder, name));
    }
    expect((await backup(join(folder, 'nowhere', 'file'))).stderr).toMatch(/There is no folder .*nowhere/);
    expect(readdirSync(folder).filter((name) => /part|taken/.test(name))).toEqual([]);
  });

  it('names the file in a folder by time, without the keys; writes them to another place when told to', async () => {
    const [into, safe] = [join(folder, 'daily'), join(folder, 'safe')];
    for (const one of [into, safe]) mkdirSync(one);
    expect(await backup(into, '--keys-to', safe)).toMatchObject({ code: 0, stderr: '' });
    const ending = engine === 'sqlite' ? 'db' : 'dump';
    const names = readdirSync(into).sort();
    expect(names).toEqual([expect.stringMatching(`^warifu-\\d{8}T\\d{6}Z\\.${ending}$`), `${names[0]}.json`]);
    const [keys = ''] = readdirSync(safe);
    expect(readFileSync(join(safe, keys), 'utf8')).toBe(readFileSync(server.ctx.config.keyFile.path, 'utf8'));
    expect(modeOf(join(safe, keys))).toBe('600');
    const together = await backup(join(into, 'x'), '--keys-to', join(into, 'keys.json'));
    expect([together.code, together.stderr]).toEqual([1, expect.stringMatching(/^warifu: --keys-to: .*another place/)]);
    expect(readdirSync(into).sort()).toEqual(names);
  });

  it('says that the audit log is not whole, and still makes the backup', async () => {
    const { db } = server.ctx;
    const row = await db.selectFrom('audit_log').selectAll().executeTakeFirstOrThrow();
    const one = db.updateTable('audit_log').where('operator_id', '=', row.operator_id);
    await one.set({ actor: 'nobody' }).where('sequence', '=', row.sequence).execute();
    const { code, stderr } = await backup(join(folder, 'edited'));
    await one.set({ actor: row.actor }).where('sequence', '=', row.sequence).execute();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/audit log in this backup is not whole/)]);
    expect(statSync(join(folder, 'edited')).size).toBeGreaterThan(1000);
  });

  it.runIf(engine === 'sqlite')(
    'refuses a damaged file, names the damage, and keeps what is left only when told to',
    async () => {
      const file = join(folder, 'damaged.db');
      expect((await backup(file)).code).toBe(0);
      const bytes = readFileSync(file);
      // A page of a table in the middle.
      bytes.fill(0x5a, 40 * 4096, 41 * 4096);
      writeFileSync(file, bytes);
      const url = { WARIFU_DATABASE_URL: `sqlite:${file}` };
      const target = join(folder, 'of-damaged');
      const refused = await runCommand(server, ['backup', target], url);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toMatch(/The database is damaged, and nothing was written.*\nwarifu: \S/);
      expect(readdirSync(folder).filter((name) => name.startsWith('of-damaged') || name.includes('.part'))).toEqual([]);
      expect(await runCommand(server, ['backup', target, '--damaged'], url)).toMatchObject({ code: 1 });
      expect(statSync(target).size).toBe(bytes.length);
    },
  );

  it.runIf(engine === 'postgres')(
    'keeps the password out of the arguments, and names a pg_dump that is missing or too old',
    async () => {
      const bin = join(folder, 'bin');
      mkdirSync(bin);
      const real = process.env.PATH ?? '';
      const as = (script: string) => {
        writeFileSync(join(bin, 'pg_dump'), `#!/bin/sh\n${script}\n`);
        chmodSync(join(bin, 'pg_dump'), 0o755);
      };
      const url = new URL(server.ctx.config.databaseUrl);
      url.password = 'pebble-harbour';
      const run = (name: string, path: string) =>
        runCommand(server, ['backup', join(folder, name)], { PATH: path, WARIFU_DATABASE_URL: url.toString() });
      as(`echo "$@" >> ${folder}/arguments\nPATH='${real}'\nexec pg_dump "$@"`);
      expect(await run('recorded', `${bin}:${real}`)).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(join(folder, 'arguments'), 'utf8')).toContain('--snapshot');
      expect(readFileSync(join(folder, 'arguments'), 'utf8')).not.toContain('pebble-harbour');
      as('echo "pg_dump (PostgreSQL) 13.4"');
      expect((await run('old', `${bin}:${real}`)).stderr).toMatch(
        /^warifu: pg_dump is version 13, and the database is of version \d+\. Install/,
      );
      rmSync(bin, { recursive: true });
      expect((await run('missing', bin)).stderr).toMatch(/^warifu: pg_dump is not installed\. Install/);
      expect(readdirSync(folder).filter((name) => /old|missing|part/.test(name))).toEqual([]);
    },
  );
});
