import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headsOf } from '../src/audit/chain.ts';
import { checkExports } from '../src/audit/export.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { call } from './support/client.ts';
import { runCommand } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

type Line = { operator_id: string; sequence: number; at: number; reason: string };

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

describe.each(engines)('warifu audit export on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-export-'));
  let server: TestServer;
  let root: Root;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    root = await newRoot(server);
    for (const one of [root, await newRoot(server)]) {
      for (let i = 0; i < 3; i++) {
        server.clock.now += 60_000;
        await signIn(server, one);
      }
    }
    const body = { email: 'nobody@example.com', password: 'a word of nobody' };
    await call(server, 'POST', '/v1/auth', { body });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  const exported = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(server, ['audit', 'export', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const parsed = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Line);

  it('prints every record of every chain to its head, and can be checked without the database', async () => {
    const lines = await exported();
    for (const { operatorId, sequence } of await headsOf(server.ctx.db)) {
      const own = parsed(lines).filter((line) => line.operator_id === operatorId);
      expect(own.map((line) => line.sequence)).toEqual(Array.from({ length: sequence }, (_, i) => i + 1));
    }
    const file = join(folder, 'audit.jsonl');
    writeFileSync(file, `${lines.join('\n')}\n`);
    expect(await runCommand(server, ['audit', 'verify', file])).toMatchObject({
      code: 0,
      stdout: `${lines.length} records, each as it was written.\n`,
    });
    // Each of what could be done to it is told from the others.
    const operatorId = root.operatorId;
    const at = parsed(lines).findIndex((line) => line.operator_id === operatorId && line.sequence === 2);
    const edited = lines.with(at, (lines[at] ?? '').replace('"success"', '"failure"'));
    expect((await checkExports([each(edited)])).faults).toContainEqual({ operatorId, sequence: 2, kind: 'edit' });
    expect((await checkExports([each(lines.toSpliced(at, 1))])).faults).toEqual([
      { operatorId, sequence: 3, kind: 'gap' },
    ]);
    expect((await checkExports([each([...lines, '{"torn":'])])).faults).toHaveLength(1);
    writeFileSync(file, edited.join('\n'));
    const found = await runCommand(server, ['audit', 'verify', file]);
    expect([found.code, found.stdout]).toEqual([1, expect.stringContaining(`${operatorId}: edit at record 2`)]);
    expect(readFileSync(file, 'utf8')).toContain('"failure"');
  });

  it('prints one operator, what belongs to none, and a span of time', async () => {
    const own = parsed(await exported('--operator', root.operatorId));
    expect(new Set(own.map((line) => line.operator_id))).toEqual(new Set([root.operatorId]));
    expect(own).toHaveLength(4);
    const host = parsed(await exported('--host'));
    expect(host.length).toBeGreaterThan(0);
    expect(new Set(host.map((line) => line.operator_id))).toEqual(new Set(['']));
    const [since = 0, until = 0] = [own[1]?.at, own[2]?.at];
    const span = ['--since', new Date(since).toISOString(), '--until', new Date(until).toISOString()];
    const lines = await exported('--operator', root.operatorId, ...span);
    expect(parsed(lines).map((line) => line.sequence)).toEqual([2, 3]);
    expect(await checkExports([each(lines)])).toEqual({ records: 2, faults: [] });
    const wrong = await runCommand(server, ['audit', 'export', '--since', 'yesterday']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/^warifu: --since: write a time such as/)]);
  });
});
