import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lossesOf, readAnchors } from '../src/audit/anchors.ts';
import { headOf, verifyChains } from '../src/audit/chain.ts';
import { recordsOf } from '../src/audit/export.ts';
import { chainHash } from '../src/audit/record.ts';
import { prune, retention, spanBefore } from '../src/audit/retention.ts';
import { call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, newRoot, type Root, signIn } from './support/people.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe.each(engines)('H7: the audit log loses what is too old, on %s', (engine) => {
  let server: TestServer;
  let root: Root;
  let steady: { now: number };
  let keep: () => Promise<void>;
  beforeEach(async () => {
    server = await startTestServer(engine, { WARIFU_AUDIT_DAYS: '90' }, { hasher: fastHasher() });
    root = await newRoot(server);
    steady = { now: 0 };
    keep = retention(server.ctx, () => steady.now);
    // Seven records on three days, then two of today.
    for (let i = 0; i < 6; i++) {
      await signIn(server, root);
      server.clock.now += day / 2;
    }
    server.clock.now += 95 * day;
    for (let i = 0; i < 2; i++) await signIn(server, root);
  });
  afterEach(() => server.stop());

  /** What is due now, when it was for an hour. */
  async function pruneDue(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await keep();
      steady.now += hour;
    }
  }
  const rows = () => auditOf(server, root.operatorId);
  const sequences = async () => (await rows()).map(({ sequence }) => sequence);

  it('after the days that are set, by a record of the chain, which stays whole; all that reads it goes on', async () => {
    const before = await rows();
    const last = before[6];
    await pruneDue();
    expect(await sequences()).toEqual([8, 9, 10]);
    const record = (await rows()).at(-1);
    expect(record).toMatchObject({ api_kind: 'System:pruneAudit', actor: 'system', reason: 'pruned' });
    expect(JSON.parse(record?.detail ?? '')).toEqual({
      records: 7,
      first: 1,
      last: 7,
      from: new Date(before[0]?.at ?? 0).toISOString(),
      to: new Date(last?.at ?? 0).toISOString(),
      hash: last?.hash,
    });
    expect(await headOf(server.ctx.db, root.operatorId)).toMatchObject({
      sequence: 10,
      first_at: before[7]?.at,
      pruned_sequence: 7,
      pruned_hash: last?.hash,
      pruned_at: last?.at,
    });
    const as = await signIn(server, root);
    const page = async (query: string) => {
      const answer = await call(server, 'GET', `/v1/audit_logs/api?${query}`, { as });
      expect(answer.status).toBe(200);
      return (answer.body as unknown as { sequence: number }[]).map(({ sequence }) => sequence);
    };
    expect(await page('limit=2&last_evaluated_key=10')).toEqual([9, 8]);
    // The key of a page whose records are gone meanwhile.
    expect(await page('limit=2&last_evaluated_key=6')).toEqual([]);
    expect(await page(`to_epoch_ms=${last?.at}`)).toEqual([]);
    const history = await call(server, 'GET', '/v1/auth/sign_ins?limit=100', { as });
    expect([history.status, (history.body as unknown as unknown[]).length]).toEqual([200, 3]);
    // Nothing more is due, today or tomorrow: one record for each day at most.
    await pruneDue();
    server.clock.now += day;
    await pruneDue();
    expect(await sequences()).toEqual([8, 9, 10, 11]);
    await checkInvariants(server);
  });

  it('where nothing is set, nothing goes; a record of a pruning alone is not pruned by another', async () => {
    await retention(
      { ...server.ctx, config: { ...server.ctx.config, auditDays: undefined } },
      () => (steady.now += day),
    )();
    expect(await sequences()).toHaveLength(9);
    server.clock.now += 400 * day;
    await pruneDue();
    expect(await sequences()).toEqual([10]);
    server.clock.now += 400 * day;
    await pruneDue();
    expect(await sequences()).toEqual([10]);
    await signIn(server, root);
    server.clock.now += 400 * day;
    await pruneDue();
    expect(await sequences()).toEqual([12]);
    expect(await verifyChains(server.ctx.db)).toEqual([]);
  });

  it('C8: a clock that is put ahead for less than an hour costs no record', async () => {
    await pruneDue();
    const kept = await sequences();
    server.clock.now += 3650 * day;
    await keep();
    steady.now += hour - 1;
    await keep();
    server.clock.now -= 3650 * day;
    await pruneDue();
    expect(await sequences()).toEqual(kept);
    // The same clock, and nobody who puts it right.
    server.clock.now += 3650 * day;
    await pruneDue();
    expect(await sequences()).not.toEqual(kept);
  });

  it('two servers at once: each record once, one record of it, no break', async () => {
    const other = await joinTestServer(server);
    const both = [retention(server.ctx, () => steady.now), retention(other.ctx, () => steady.now)];
    for (const one of both) await one();
    steady.now += hour;
    await Promise.all([...both.map((one) => one()), signIn(server, root), signIn(other, root)]);
    const pruned = (await rows()).filter(({ reason }) => reason === 'pruned');
    expect(pruned).toHaveLength(1);
    expect(await sequences()).toEqual([8, 9, 10, 11, 12]);
    expect(await verifyChains(server.ctx.db)).toEqual([]);
    await other.stop();
  });

  it('cut off in the middle: what counts as gone is shown nowhere, and goes at the next turn', async () => {
    const { db } = server.ctx;
    const failing = db.withPlugin({
      transformQuery: ({ node }) => {
        if (node.kind === 'DeleteQueryNode') throw new Error('killed');
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    await keep();
    const cut = retention({ ...server.ctx, db: failing }, () => steady.now);
    await cut();
    steady.now += hour;
    await expect(cut()).rejects.toThrow('killed');
    expect(await sequences()).toHaveLength(10);
    expect(await verifyChains(db)).toEqual([]);
    const exported = [];
    for await (const record of recordsOf(db, { operatorId: root.operatorId })) exported.push(record.sequence);
    expect(exported).toEqual([8, 9, 10]);
    const as = await signIn(server, root);
    const shown = await call(server, 'GET', '/v1/audit_logs/api?limit=100', { as });
    expect((shown.body as unknown as { sequence: number }[]).map(({ sequence }) => sequence)).toEqual([11, 10, 9, 8]);
    await keep();
    expect(await sequences()).toEqual([8, 9, 10, 11]);
  });

  it('25,000 records go in slices, and other work goes on in between', async () => {
    const { db } = server.ctx;
    await extend(server, root.operatorId, 25_000);
    server.clock.now += 100 * day;
    await signIn(server, root);
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));
    })();
    server.statements.length = 0;
    await pruneDue();
    isOver = true;
    await others;
    const deletes = server.statements.filter((kind) => kind === 'DeleteQueryNode').length;
    expect([deletes >= 50, turns >= 75, await sequences()]).toEqual([true, true, [25_010, 25_011]]);
    expect(await verifyChains(db)).toEqual([]);
  });

  it('R73: a chain that is not whole is not pruned: that would hide it', async () => {
    const { db } = server.ctx;
    await db.deleteFrom('audit_log').where('operator_id', '=', root.operatorId).where('sequence', '=', 3).execute();
    await pruneDue();
    expect(await sequences()).toHaveLength(8);
    expect(server.log()).toMatch(/"kind":"gap","record":3.*it is not pruned/);
    expect(await verifyChains(db)).toEqual([{ operatorId: root.operatorId, sequence: 3, kind: 'gap' }]);
  });

  it('R73: a forged pruned head, and what hides behind it, is named', async () => {
    const { db } = server.ctx;
    const { operatorId } = root;
    await pruneDue();
    const all = await rows();
    const head = await headOf(db, operatorId);
    const heads = db.updateTable('audit_heads').where('operator_id', '=', operatorId);
    const remove = (from: number, to: number) =>
      db
        .deleteFrom('audit_log')
        .where('operator_id', '=', operatorId)
        .where('sequence', '>=', from)
        .where('sequence', '<=', to)
        .execute();
    const restore = async () => {
      await remove(1, 100);
      await db.insertInto('audit_log').values(all).execute();
      await heads.set(head).execute();
      expect(await verifyChains(db)).toEqual([]);
    };
    const hashOf = (sequence: number) => all.find((row) => row.sequence === sequence)?.hash ?? '';
    const upTo = (sequence: number) => ({ pruned_sequence: sequence, pruned_hash: hashOf(sequence) });
    const attacks: Record<string, [attack: () => Promise<unknown>, sequence: number, kind: string]> = {
      'a record behind the pruned ones is gone, and the head says pruned': [
        async () => (await remove(8, 8), await heads.set(upTo(8)).execute()),
        8,
        'pruned',
      ],
      'all but the last is gone in that way': [
        async () => (await remove(8, 9), await heads.set(upTo(9)).execute()),
        9,
        'pruned',
      ],
      'with everything': [async () => (await remove(8, 10), await heads.set(upTo(10)).execute()), 10, 'pruned'],
      'nothing is said to be pruned': [() => heads.set({ pruned_sequence: 0, pruned_hash: '' }).execute(), 1, 'gap'],
      'less is said to be pruned': [() => heads.set({ pruned_sequence: 6, pruned_hash: 'x' }).execute(), 7, 'gap'],
      'another record is said to be the last': [() => heads.set({ pruned_hash: 'x' }).execute(), 8, 'edit'],
      'the record of the pruning is gone, with its place': [
        async () => (await remove(10, 10), await heads.set({ sequence: 9, hash: hashOf(9) }).execute()),
        7,
        'pruned',
      ],
      'the record of the pruning tells of less': [
        () => {
          const record = all.find((row) => row.sequence === 10);
          const detail = JSON.stringify({ ...(JSON.parse(record?.detail ?? '{}') as object), records: 1 });
          return db
            .updateTable('audit_log')
            .set({ detail })
            .where('operator_id', '=', operatorId)
            .where('sequence', '=', 10)
            .execute();
        },
        10,
        'edit',
      ],
      'a middle is gone': [() => remove(9, 9), 9, 'gap'],
      'the tail is gone': [() => remove(10, 10), 7, 'pruned'],
    };
    for (const [name, [attack, sequence, kind]] of Object.entries(attacks)) {
      await attack();
      expect([name, await verifyChains(db)]).toEqual([name, [{ operatorId, sequence, kind }]]);
      await restore();
    }
  });

  it('anchors: what was pruned is not missed; a tail that is gone is, also behind a chain that was made to fit', async () => {
    const { db, config } = server.ctx;
    const { operatorId } = root;
    await server.jobs.drain();
    const old = readAnchors(config.dataDir);
    expect(old?.heads.get(operatorId)?.sequence).toBe(9);
    const inTheMiddle = { epoch: 0, heads: new Map([[operatorId, { operatorId, sequence: 4, hash: 'of then' }]]) };
    server.clock.now += 400 * day;
    await pruneDue();
    expect(await sequences()).toEqual([10]);
    expect(await lossesOf(db, old ?? inTheMiddle)).toEqual([]);
    expect(await lossesOf(db, inTheMiddle)).toEqual([]);
    const other = { epoch: 0, heads: new Map([[operatorId, { operatorId, sequence: 9, hash: 'another' }]]) };
    expect(await lossesOf(db, other)).toEqual([{ operatorId, sequence: 9, missing: 0 }]);
    await signIn(server, root);
    await server.jobs.drain();
    const now = readAnchors(config.dataDir);
    const [left] = await rows();
    await db.deleteFrom('audit_log').where('operator_id', '=', operatorId).where('sequence', '=', 11).execute();
    const heads = db.updateTable('audit_heads').where('operator_id', '=', operatorId);
    await heads.set({ sequence: 10, hash: left?.hash ?? '' }).execute();
    expect(await verifyChains(db)).toEqual([]);
    expect(now && (await lossesOf(db, now))).toEqual([{ operatorId, sequence: 11, missing: 1 }]);
  });

  it('a pruning that was begun before another one did it does nothing', async () => {
    const { db } = server.ctx;
    const span = await spanBefore(db, root.operatorId, server.clock.now - 90 * day);
    if (span === undefined || 'kind' in span) throw new Error('nothing is due');
    const info = { requestId: '', sourceIp: '', userAgent: '', method: '', path: '', language: 'en' } as const;
    const by = { actor: 'host:test', info: { ...info, apiKind: 'Host:audit prune' }, at: server.clock.now };
    expect([await prune(db, span, by), await prune(db, span, by)]).toEqual([true, false]);
    expect(await sequences()).toEqual([8, 9, 10]);
  });
});

/** Adds records to a chain, each an hour after the one before, as they would have been written. */
async function extend({ ctx, clock }: TestServer, operatorId: string, count: number): Promise<void> {
  const head = await headOf(ctx.db, operatorId);
  const [model] = await ctx.db.selectFrom('audit_log').selectAll().where('operator_id', '=', operatorId).execute();
  if (model === undefined) throw new Error('an empty chain');
  const { detail: _, ...rest } = model;
  let { hash, sequence } = head;
  const rows = Array.from({ length: count }, () => {
    const row = { ...rest, detail: '{}', sequence: ++sequence, at: clock.now, previous_hash: hash };
    hash = chainHash(row);
    return { ...row, hash };
  });
  for (let from = 0; from < count; from += 1000) {
    await ctx.db
      .insertInto('audit_log')
      .values(rows.slice(from, from + 1000))
      .execute();
  }
  await ctx.db
    .updateTable('audit_heads')
    .set({ sequence, hash, at: clock.now })
    .where('operator_id', '=', operatorId)
    .execute();
}
