import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headOf, verifyChains } from '../src/audit/chain.ts';
import { checkExports, recordsOf } from '../src/audit/export.ts';
import { chainHash } from '../src/audit/record.ts';
import { inOneWord, logHeads, witnessAt } from '../src/audit/witness.ts';
import { checkAuditGrowth } from '../src/cli/doctor/audit.ts';
import type { AuditLog } from '../src/db/schema.ts';
import { assertKeysFit } from '../src/key-check.ts';
import { call } from './support/client.ts';
import { runCommand } from './support/command.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;
const inWords = (at: number) => new Date(at).toISOString();

describe.each(engines)('warifu audit prune on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'warifu-prune-'));
  let server: TestServer;
  let root: Root;
  let other: Root;
  let old: AuditLog[];
  /** Behind the old records, and before the others. */
  let cut: number;
  let seen: string;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    await assertKeysFit(server.ctx.db, server.ctx.keys);
    // The command has the clock of this machine.
    server.clock.now = Date.now() - 200 * day;
    root = await newRoot(server);
    other = await newRoot(server);
    await call(server, 'POST', '/v1/auth', { body: { email: 'nobody@example.com', password: 'a word of nobody' } });
    for (const one of [root, root, other]) await signIn(server, one);
    old = await exported();
    server.clock.now += 50 * day;
    cut = server.clock.now - day;
    for (const one of [root, other]) await signIn(server, one);
    const witness = await witnessAt(server.ctx.db, server.clock.now);
    seen = inOneWord(witness ?? expect.unreachable());
    server.clock.now = Date.now();
    await signIn(server, root);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  const audit = (...args: string[]) => runCommand(server, ['audit', ...args]);
  const exported = async (operatorId?: string) => {
    const records: AuditLog[] = [];
    for await (const record of recordsOf(server.ctx.db, operatorId === undefined ? {} : { operatorId }))
      records.push(record);
    return records;
  };
  const put = (name: string, records: readonly object[]) => {
    const file = join(folder, name);
    writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return file;
  };
  const check = async (...files: AuditLog[][]) =>
    await checkExports(
      files.map(async function* (records) {
        for (const record of records) yield JSON.stringify(record);
      }),
    );

  // No engine is asked for anything of its own, and commands take their time.
  it.runIf(engine === 'sqlite')(
    'removes nothing that is young, that the export lacks, or when it is only asked',
    async () => {
      const before = await exported();
      const young = await audit('prune', '--before', inWords(Date.now() - 80 * day));
      expect([young.code, young.stderr]).toEqual([2, 'warifu: --before: records of the last 90 days stay.\n']);
      const dry = await audit('prune', '--before', inWords(cut), '--dry-run', '--json');
      const said = JSON.parse(dry.stdout) as { chains: { operatorId: string; records: number }[] };
      const counts = new Map(said.chains.map(({ operatorId, records }) => [operatorId, records]));
      expect([dry.code, counts.get(''), counts.get(root.operatorId), counts.get(other.operatorId)]).toEqual([
        0, 1, 3, 2,
      ]);
      const lacking = put(
        'lacking.jsonl',
        old.filter((record) => record.operator_id !== other.operatorId),
      );
      const refused = await audit('prune', '--before', inWords(cut), '--exported', lacking);
      expect([refused.code, refused.stderr]).toEqual([
        1,
        `warifu: --exported: ${lacking} lacks records of ${other.operatorId}. Nothing was removed.\n`,
      ]);
      expect(await exported()).toEqual(before);
    },
  );

  it('removes what was exported, says so in each chain; the export and the next one join', async () => {
    const file = put('old.jsonl', old);
    const { code, stdout, stderr } = await audit('prune', '--before', inWords(cut), '--exported', file);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^operator +removed +from +to\n\(no operator\) +1 /);
    const own = await auditOf(server, root.operatorId);
    expect(own.map(({ sequence }) => sequence)).toEqual([4, 5, 6]);
    expect(own.at(-1)).toMatchObject({
      api_kind: 'Host:audit prune',
      actor: expect.stringMatching(/^host:./) as string,
      reason: 'pruned',
    });
    expect(await verifyChains(server.ctx.db)).toEqual([]);
    const rest = await exported();
    const both = await audit('verify', file, put('later.jsonl', rest));
    expect(both).toEqual({
      code: 0,
      stdout: `${old.length + rest.length} records, each as it was written.\n`,
      stderr: '',
    });
    if (engine === 'postgres') return;
    // A second time there is nothing to do.
    expect((await audit('prune', '--before', inWords(cut), '--host')).stdout).toBe('Nothing is that old.\n');
  });

  it('names what was changed in exports that follow each other', async () => {
    const { operatorId } = root;
    const mine = old.filter((record) => record.operator_id === operatorId);
    const later = await exported(operatorId);
    expect(await check(mine, later)).toEqual({ records: 6, faults: [] });
    const forged = (record: AuditLog, change: object): AuditLog => {
      const changed = { ...record, ...change };
      return { ...changed, hash: chainHash(changed) };
    };
    const [first, second, third] = mine as [AuditLog, AuditLog, AuditLog];
    const tail = forged(third, { actor: 'nobody' });
    expect((await check([first, second, tail], later)).faults).toEqual([{ operatorId, sequence: 4, kind: 'edit' }]);
    expect((await check([first, second], later)).faults).toEqual([{ operatorId, sequence: 4, kind: 'gap' }]);
    // Both have the last one, and it is not the same.
    const whole = [...mine, ...later];
    const rest = whole.slice(1, 2).concat(tail);
    expect((await check(mine, rest)).faults).toEqual([{ operatorId, sequence: 3, kind: 'edit' }]);
    // One that does not begin where the pruning ended.
    const begin = forged(later[0] as AuditLog, { previous_hash: 'another' });
    const next = forged(later[1] as AuditLog, { previous_hash: begin.hash });
    const record = forged(later[2] as AuditLog, { previous_hash: next.hash });
    expect((await check([begin, next, record])).faults).toEqual([{ operatorId, sequence: 6, kind: 'pruned' }]);
  });

  it('R73: what a log has seen is held against the database: a tail that is gone with its head is named', async () => {
    const { db } = server.ctx;
    const { operatorId } = root;
    const word = async (at: number) => {
      const witness = await witnessAt(db, at);
      return witness && inOneWord(witness);
    };
    // Of before a pruning, but not of what was pruned.
    expect([await word(Date.parse(seen.split('/')[0] ?? '')), await word(cut - 100 * day)]).toEqual([seen, undefined]);
    server.clock.now = Date.now() + day;
    await signIn(server, root);
    await logHeads(server.ctx, 0);
    const line = server
      .log()
      .split('\n')
      .findLast((one) => one.includes('"msg":"audit heads"'));
    const { head } = JSON.parse(line ?? '') as { head: string };
    const good = await audit('verify', '--head', head);
    expect([good.code, good.stdout]).toEqual([0, 'The audit log is whole.\n']);
    const [end, lost] = (await auditOf(server, operatorId)).slice(-2) as [AuditLog, AuditLog];
    const all = db.deleteFrom('audit_log').where('operator_id', '=', operatorId);
    await all.where('sequence', '=', lost.sequence).execute();
    await db
      .updateTable('audit_heads')
      .set({ sequence: end.sequence, hash: end.hash, at: end.at })
      .where('operator_id', '=', operatorId)
      .execute();
    expect(await verifyChains(db)).toEqual([]);
    const named = await audit('verify', '--head', head);
    const records = Number(head.split('/')[1]);
    expect([named.code, named.stdout]).toEqual([
      1,
      expect.stringMatching(`are others than were seen: ${records} then, ${records - 1} now`),
    ]);
  });

  it('H7: doctor tells how long the log is, and when nothing keeps it from growing', async () => {
    const { db, config } = server.ctx;
    const [small] = await checkAuditGrowth(server.ctx);
    expect(small).toMatchObject({
      level: 'ok',
      found: expect.stringMatching(/^\d+ records, the oldest \d+ days old\.$/) as string,
    });
    const heads = db.updateTable('audit_heads').where('operator_id', '=', other.operatorId);
    const { sequence } = await headOf(db, other.operatorId);
    await heads.set({ sequence: 1_000_001 + sequence }).execute();
    expect(await checkAuditGrowth(server.ctx)).toMatchObject([
      { level: 'warning', todo: expect.stringContaining('WARIFU_AUDIT_DAYS') as string },
    ]);
    const limited = { ...server.ctx, config: { ...config, auditDays: 400 } };
    expect(await checkAuditGrowth(limited)).toMatchObject([{ level: 'ok' }]);
    await heads.set({ sequence }).execute();
  });

  it.runIf(engine === 'sqlite')('says what it cannot compare, and what is no head', async () => {
    const before = inOneWord({ at: cut - 100 * day, chains: 0, records: 5, digest: 'x'.repeat(43) });
    const gone = await audit('verify', '--head', before);
    expect([gone.code, gone.stdout]).toEqual([1, expect.stringMatching(/were pruned: .* cannot be compared/)]);
    const wrong = await audit('verify', '--head', 'x');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/^warifu: --head: copy the text/)]);
  });
});
