import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain, verifyChains } from '../src/audit/chain.ts';
import { chainHash, oneLine } from '../src/audit/record.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, begin, enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { askReset, resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

describe.each(engines)('audit log on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await mendAudit(server);
    await checkInvariants(server, [500]);
  });

  const read = async (as: Credentials, query = '') => {
    const answer = await call(server, 'GET', `/v1/audit_logs/api${query}`, { as });
    const rows = answer.body as unknown as Record<string, unknown>[];
    return { rows, next: answer.headers['x-soracom-next-key'] as string | undefined };
  };
  const kinds = async (root: Root) =>
    (await auditOf(server, root.operatorId)).map((row) => `${row.api_kind} ${row.outcome} ${row.status_code}`);

  it('I3: each change of the life of MFA has exactly one record', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    await begin(server, root, as);
    await call(server, 'DELETE', `/v1/operators/${root.operatorId}/mfa/enrolment`, { as });
    const enrolled = await enrol(server, root);
    await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa/backup_codes/stored`, { as: enrolled });
    const token = await resetToken(server, root);
    const { email, password } = root;
    await verifyReset(server, { token, email, password, backupCode: 'AAAA222E' });
    await verifyReset(server, { token, email, password, backupCode: enrolled.backupCodes[0] ?? '' });
    await resetPasswordByMail(server, root, 'quite another secret 割');
    await askReset(server, { ...root, password: 'quite another secret 割' });
    await mailsOf(server, root.operatorId);
    expect(await kinds(root)).toEqual([
      'Test:create success 0',
      'Auth:auth success 200',
      'Operator:enableMFA success 200',
      'Operator:cancelMFA success 204',
      'Auth:auth success 200',
      'Operator:enableMFA success 200',
      'Operator:verifyMFA success 200',
      'Operator:confirmBackupCodesStored success 204',
      'Operator:issueMFARevokingToken success 200',
      'Operator:verifyMFARevokingToken failure 400',
      'Operator:verifyMFARevokingToken success 200',
      'Auth:issuePasswordResetToken success 200',
      'Auth:verifyPasswordResetToken success 200',
      'Operator:issueMFARevokingToken refused 200',
    ]);
  });

  it('R72: a record says who, what, from where, when, how it ended, and has the ID of the answer', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const headers = { 'user-agent': 'test/1' };
    const answer = await call(server, 'GET', '/v1/audit_logs/api?limit=0', { as, headers });
    expect(answer.status).toBe(400);
    const done = await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa`, { as, headers, ip: '203.0.113.5' });
    const { rows } = await read(as, '?limit=1');
    expect(rows[0]).toMatchObject({
      apiKind: 'Operator:enableMFA',
      operatorId: root.operatorId,
      userName: '',
      actor: 'root',
      outcome: 'success',
      statusCode: 200,
      remoteIpAddress: '203.0.113.5',
      requestPath: `/v1/operators/${root.operatorId}/mfa`,
      requestedTimeEpochMs: server.clock.now,
      requestId: done.headers['x-request-id'],
      userAgent: 'test/1',
    });
  });

  it.each([
    ['a line break', 'a\r\nb'],
    ['a terminal sequence', 'a\x1b[31mb'],
    ['NUL', 'a\0b'],
    ['C1 controls', 'a\x85b\x9bc'],
    ['bidirectional marks', 'a\u202eb\u2066c'],
    ['a line separator', 'a\u2028b\u2029c'],
  ])('R72: %s in a text cannot make a second line', (_, text) => {
    const line = oneLine(text, 256);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(line).toMatch(/^a.+b/);
  });

  it('R72: a hostile user agent and path are stored as one line', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const headers = { 'user-agent': `evil\x1b[2J\u202e\x85{"outcome":"success"}${'x'.repeat(600)}` };
    await call(server, 'DELETE', '/v1/auth/sessions?%0d%0aX', { as, headers });
    await call(server, 'DELETE', '/v1/auth/sessions', { as, headers });
    const [row] = (await read(as)).rows;
    expect(row?.userAgent).toMatch(/^evil/);
    expect(String(row?.userAgent)).toHaveLength(256);
    expect(String(row?.userAgent) + String(row?.requestPath)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const line of server.log().split('\n').filter(Boolean)) expect(() => JSON.parse(line)).not.toThrow();
  });

  it('is read newest first, page by page, without a gap or a row twice', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    for (let i = 0; i < 12; i++) {
      server.clock.now += 1000;
      await signIn(server, root);
    }
    const seen = [];
    let next: string | undefined;
    do {
      const page = await read(as, `?limit=5${next === undefined ? '' : `&last_evaluated_key=${next}`}`);
      expect(page.rows.length).toBeLessThanOrEqual(5);
      seen.push(...page.rows.map((row) => row.sequence));
      next = page.next;
    } while (next !== undefined);
    expect(seen).toEqual(Array.from({ length: 14 }, (_, i) => 14 - i));
    for (const key of ['x', '-1', '1e3', '1;drop', '']) {
      const answer = await call(server, 'GET', `/v1/audit_logs/api?last_evaluated_key=${key}`, { as });
      expect([key, answer.status]).toEqual([key, 400]);
    }
  });

  it('goes on from the time of the last row, as the reference defines its key, to the end', async () => {
    const root = await newRoot(server);
    for (let i = 0; i < 7; i++) {
      server.clock.now += 1000;
      await signIn(server, root);
    }
    server.clock.now += 1000;
    const as = await signIn(server, root);
    for (const limit of [1, 3, 9]) {
      const seen = [];
      let page = (await read(as, `?limit=${limit}`)).rows;
      while (page.length > 0) {
        seen.push(...page.map((row) => row.sequence));
        const key = Number(page.at(-1)?.requestedTimeEpochMs);
        page = (await read(as, `?limit=${limit}&last_evaluated_key=${key}`)).rows;
      }
      expect([limit, seen]).toEqual([limit, [9, 8, 7, 6, 5, 4, 3, 2, 1]]);
    }
    const times = async (key: number) => (await read(as, `?limit=1&last_evaluated_key=${key}`)).rows[0]?.sequence;
    expect(await times(server.clock.now + 1)).toBe(9);
    expect(await times(server.clock.now - 500)).toBe(8);
    expect(await times(server.clock.now - 100_000)).toBeUndefined();
  });

  it('filters by kind and time, both ends included', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    server.clock.now += 1000;
    const from = server.clock.now;
    await begin(server, root, as);
    server.clock.now += 1000;
    await begin(server, root, as);
    const to = server.clock.now;
    server.clock.now += 1000;
    await call(server, 'DELETE', '/v1/auth/sessions', { as });
    const times = async (query: string) => (await read(as, query)).rows.map((row) => row.requestedTimeEpochMs);
    expect(await times(`?from_epoch_ms=${from}&to_epoch_ms=${to}`)).toEqual([to, from]);
    expect(await times(`?from_epoch_ms=${from + 1}&to_epoch_ms=${to - 1}`)).toEqual([]);
    expect(await times('?api_kind=Operator:enableMFA')).toEqual([to, from]);
    expect(await times(`?api_kind=Operator:enableMFA&to_epoch_ms=${from}`)).toEqual([from]);
    expect(await times('?api_kind=operator:enableMFA')).toEqual([]);
  });

  it("R73: shows nothing of another operator, nor of nobody's, and no route changes it", async () => {
    const [root, other] = [await newRoot(server), await newRoot(server)];
    const as = await signIn(server, root);
    await signIn(server, other);
    await call(server, 'POST', '/v1/auth', { body: { email: 'ghost@example.com', password: 'x' } });
    const { rows } = await read(as, '?limit=1000');
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) expect(row.operatorId).toBe(root.operatorId);
    const before = await auditOf(server, root.operatorId);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await call(server, method, '/v1/audit_logs/api', { as })).status).toBe(405);
    }
    expect(await auditOf(server, root.operatorId)).toEqual(before);
  });

  it('R73: an edit, a gap and a cut at the end are found, each where it is', async () => {
    const { db } = server.ctx;
    const root = await newRoot(server);
    for (let i = 0; i < 5; i++) await signIn(server, root);
    const { operatorId } = root;
    const rows = await auditOf(server, operatorId);
    const row = (sequence: number) => rows[sequence - 1] as NonNullable<(typeof rows)[number]>;
    const at = (sequence: number) =>
      db.updateTable('audit_log').where('operator_id', '=', operatorId).where('sequence', '=', sequence);
    const remove = (sequence: number) =>
      db.deleteFrom('audit_log').where('operator_id', '=', operatorId).where('sequence', '=', sequence).execute();
    for (const change of [
      { outcome: 'failure' },
      { at: 1 },
      { source_ip: '1.1.1.1' },
      { detail: '{}x' },
      { hash: 'x' },
    ] as const) {
      await at(3).set(change).execute();
      expect(await verifyChains(db)).toEqual([{ operatorId, sequence: 3, kind: 'edit' }]);
      await at(3).set(row(3)).execute();
      expect(await verifyChains(db)).toEqual([]);
    }
    await remove(3);
    expect(await verifyChains(db)).toEqual([{ operatorId, sequence: 3, kind: 'gap' }]);
    await db.insertInto('audit_log').values(row(3)).execute();
    await remove(6);
    expect(await verifyChains(db)).toEqual([{ operatorId, sequence: 5, kind: 'head' }]);
    await db.insertInto('audit_log').values(row(6)).execute();
    expect(await verifyChains(db)).toEqual([]);
    const { sequence, hash } = rows.at(-1) as NonNullable<(typeof rows)[number]>;
    const beyond = { ...row(6), sequence: sequence + 1, previous_hash: hash };
    await db
      .insertInto('audit_log')
      .values({ ...beyond, hash: chainHash(beyond) })
      .execute();
    expect(await verifyChains(db)).toEqual([{ operatorId, sequence, kind: 'head' }]);
    await remove(sequence + 1);
  });

  it('R73: a record that is written while the log is checked is no fault', async () => {
    const root = await newRoot(server);
    await signIn(server, root);
    let written = 0;
    // After each of the reads, somebody signs in.
    const busy = server.ctx.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (written++ < 10) await signIn(server, root);
        return result;
      },
    });
    expect(await verifyChain(busy, root.operatorId)).toBe(undefined);
    expect(written).toBeGreaterThan(2);
  });

  it('R73: where the record cannot be written, nothing is changed', async () => {
    const root = await newRoot(server);
    const enrolled = await enrol(server, root);
    const { email, password, operatorId } = root;
    const link = await resetToken(server, root);
    await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email } });
    const reset = await mailedToken(server, operatorId, 'password_reset_link');
    const newPassword = 'quite another secret 割';
    const mfa = `/v1/operators/${operatorId}/mfa`;
    const state = async () => {
      const tables = [
        'users',
        'factors',
        'authenticator_apps',
        'backup_code_sets',
        'sessions',
        'mail_tokens',
        'outbox',
        'audit_log',
      ] as const;
      const all = [];
      for (const table of tables) {
        const rows = await server.ctx.db
          .selectFrom(table)
          .selectAll()
          .where('operator_id' as never, '=', operatorId as never)
          .execute();
        all.push(rows.map((row) => JSON.stringify(row)).sort());
      }
      return all;
    };
    const mfaOTPCode = otpAt(enrolled.seed, server.clock.now);
    const changes = [
      ['POST', '/v1/auth', { email, password, mfaOTPCode }],
      ['POST', '/v1/auth/step_up', { password, mfaOTPCode }],
      ['POST', `${mfa}/backup_codes`, { mfaOTPCode }],
      ['POST', `${mfa}/backup_codes/stored`, undefined],
      ['DELETE', mfa, { password }],
      ['POST', `/v1/operators/${operatorId}/password`, { currentPassword: password, newPassword }],
      ['POST', `/v1/operators/${operatorId}/token`, {}],
      ['DELETE', '/v1/auth/sessions', undefined],
      ['DELETE', `/v1/operators/${operatorId}/tokens`, undefined],
      ['POST', '/v1/auth/password_reset_token/verify', { token: reset, password: newPassword }],
      [
        'POST',
        '/v1/operators/mfa_revoke_token/verify',
        { token: link, email, password, backupCode: enrolled.backupCodes[0] },
      ],
      ['POST', '/v1/operators/mfa_revoke_token/cancel', { token: link }],
      ['POST', '/v1/auth/logout', undefined],
    ] as const;
    // Writes the last use of the session down, which is no change of the operator's.
    await read(enrolled);
    await server.jobs.drain();
    const before = await state();
    await breakAudit(server);
    for (const [method, path, body] of changes) {
      const answer = await call(server, method, path, { as: enrolled, ...(body && { body }) });
      expect([path, answer.status, answer.body.code]).toEqual([path, 500, 'COM0003']);
      expect(answer.text).not.toContain('no audit');
      expect([path, await state()]).toEqual([path, before]);
    }
    await mendAudit(server);
    await signIn(server, root, mfaOTPCode, '203.0.113.6');
  });

  it('I9: a failure stays counted when its record cannot be written', async () => {
    const root = await newRoot(server);
    await breakAudit(server);
    const body = { email: root.email, password: 'a wrong password' };
    expect((await call(server, 'POST', '/v1/auth', { body })).status).toBe(500);
    await mendAudit(server);
    const row = await server.ctx.db
      .selectFrom('login_accounts')
      .select('failures')
      .where('account_key', '=', `${root.operatorId}/root`)
      .executeTakeFirst();
    expect(row?.failures).toBe(1);
  });
});

/** From here on the database refuses every audit record. */
async function breakAudit({ engine, ctx }: TestServer): Promise<void> {
  if (engine === 'sqlite') {
    await sql`create trigger no_audit before insert on audit_log begin select raise(abort, 'no audit'); end`.execute(
      ctx.db,
    );
    return;
  }
  await sql`create function no_audit() returns trigger language plpgsql as $$ begin raise exception 'no audit'; end $$`.execute(
    ctx.db,
  );
  await sql`create trigger no_audit before insert on audit_log for each row execute function no_audit()`.execute(
    ctx.db,
  );
}

async function mendAudit({ engine, ctx }: TestServer): Promise<void> {
  if (engine === 'sqlite') await sql`drop trigger if exists no_audit`.execute(ctx.db);
  else await sql`drop function if exists no_audit cascade`.execute(ctx.db);
}
