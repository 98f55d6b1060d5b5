import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestOverride, runDueOverrides } from '../src/recovery/host-override.ts';
import { newBrowser } from './support/browser.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { auditOf, begin, type Enrolled, enrol, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { addAddress, askReset, resetPasswordByMail, resetToken, verifyReset } from './support/recovery.ts';
import { allow, credentialsOf, newSam, signInSam } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

const day = 86_400_000;
const newPassword = 'quite another secret 割';

describe.each(engines)('recovery cases on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, { WARIFU_SIGNUP: 'open' }, { hasher: fastHasher() });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    server.clock.now += day;
    await checkInvariants(server);
  });

  const fresh = async () => {
    const root = await newRoot(server);
    return { root, as: await enrol(server, root) };
  };
  const ask = ({ operatorId }: Root, wait = day) =>
    requestOverride(server.ctx, { operatorId, reason: 'phone lost', hostUser: 'operator', wait });
  const stopToken = async ({ operatorId }: Root) => {
    const mail = (await mailsOf(server, operatorId)).filter((candidate) => candidate.cancelLink).at(-1);
    return new URL(mail?.cancelLink ?? 'http://none/').hash.slice(1);
  };
  const stop = async (token: string) => {
    const answer = await call(server, 'POST', '/v1/operators/mfa_revoke_token/cancel', { body: { token } });
    return [answer.status, answer.body.code];
  };
  const factors = ({ operatorId }: Root) =>
    server.ctx.db.selectFrom('factors').select('status').where('operator_id', '=', operatorId).execute();
  const mfa = (root: Root) => `/v1/operators/${root.operatorId}/mfa`;

  const meanwhile: Record<string, (root: Root, as: Enrolled) => Promise<unknown>> = {
    'the owner changed the password': (root, as) =>
      call(server, 'POST', `/v1/operators/${root.operatorId}/password`, {
        as,
        body: { currentPassword: root.password, newPassword },
      }),
    'a thief of the mailbox reset the password': (root) => resetPasswordByMail(server, root, newPassword),
    'MFA was enrolled anew': async (root, as) => {
      await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } });
      await enrol(server, root);
    },
    'it was due, and no server ran': async () => {
      server.clock.now += 2 * day;
    },
  };
  it.each(Object.keys(meanwhile))('A7: the mailed link stops break-glass after %s', async (name) => {
    const { root, as } = await fresh();
    await ask(root);
    const token = await stopToken(root);
    await meanwhile[name]?.(root, as);
    expect(await stop(token)).toEqual([200, undefined]);
    expect(await stop(token)).toEqual([400, 'AUM0012']);
    server.clock.now += 2 * day;
    await runDueOverrides(server.ctx);
    expect(await factors(root)).toEqual([{ status: 'ACTIVE' }]);
  });

  it('A7: a case of the host does not touch an enrolment that came later', async () => {
    const { root, as } = await fresh();
    await ask(root);
    await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } });
    const later = await enrol(server, root);
    expect((await call(server, 'GET', mfa(root), { as: later })).body.pendingReset).toBeUndefined();
    server.clock.now += 2 * day;
    await runDueOverrides(server.ctx);
    expect(await factors(root)).toEqual([{ status: 'ACTIVE' }]);
  });

  it('A7: a link stops nothing once it happened, nor with --now, and nothing of another operator', async () => {
    const { root } = await fresh();
    const other = await fresh();
    await ask(other.root);
    await ask(root, 0);
    const token = await stopToken(root);
    await runDueOverrides(server.ctx);
    expect(await factors(root)).toEqual([]);
    expect(await stop(token)).toEqual([400, 'AUM0012']);
    server.clock.now += day;
    await runDueOverrides(server.ctx);
    expect(await factors(other.root)).toEqual([]);
  });

  it('A7: a signed-in root sees what is pending and stops all of it, once', async () => {
    const { root, as } = await fresh();
    await addAddress(server, root);
    const byMail = await resetToken(server, root);
    const dueAt = await ask(root);
    const stopsBoth = await stopToken(root);
    const shown = await call(server, 'GET', mfa(root), { as });
    expect(shown.body.pendingReset).toMatchObject({ kind: 'mail' });
    server.clock.now += 31 * 60_000;
    const later = await call(server, 'GET', mfa(root), { as });
    expect(later.body.pendingReset).toMatchObject({ kind: 'host', dueAt });
    const outside = await call(server, 'DELETE', `${mfa(root)}/reset`, { as: (await fresh()).as });
    expect(outside.status, "another operator's").toBe(404);
    expect((await call(server, 'DELETE', `${mfa(root)}/reset`, { as })).status).toBe(204);
    const again = await call(server, 'DELETE', `${mfa(root)}/reset`, { as });
    expect([again.status, again.body.code]).toEqual([404, 'COM0404']);
    expect(await stop(stopsBoth)).toEqual([400, 'AUM0012']);
    server.clock.now += 2 * day;
    await runDueOverrides(server.ctx);
    const { email, password } = root;
    const proof = { token: byMail, email, password, backupCode: as.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(400);
    expect(await factors(root)).toEqual([{ status: 'ACTIVE' }]);
  });

  it('A7: an older "this was not me" link stops the newer reset, too', async () => {
    const { root, as } = await fresh();
    await addAddress(server, root);
    await resetToken(server, root);
    const first = await stopToken(root);
    const token = await resetToken(server, root);
    expect(await stop(first)).toEqual([200, undefined]);
    const { email, password } = root;
    const proof = { token, email, password, backupCode: as.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(400);
  });

  const pending = async (root: Root, as: Credentials) =>
    (await call(server, 'GET', mfa(root), { as })).body.pendingReset;
  const deaths: Record<string, (root: Root, as: Enrolled, token: string) => Promise<unknown>> = {
    'five failures': async (root, { backupCodes }, token) => {
      for (let i = 0; i < 5; i++) {
        const wrong = { token, email: root.email, password: 'a wrong one', backupCode: backupCodes[0] ?? '' };
        await verifyReset(server, wrong, { ip: `203.0.113.${i}` });
      }
    },
    'a change of the password': (root, as) =>
      meanwhile['the owner changed the password']?.(root, as) as Promise<unknown>,
    'its time': async () => {
      server.clock.now += 30 * 60_000;
    },
  };
  it.each(Object.keys(deaths))('a reset by mail whose link died of %s is not pending', async (name) => {
    const { root, as } = await fresh();
    const token = await resetToken(server, root);
    expect(await pending(root, as)).toMatchObject({ kind: 'mail' });
    await deaths[name]?.(root, as, token);
    expect(await pending(root, as)).toBeUndefined();
    expect((await call(server, 'DELETE', `${mfa(root)}/reset`, { as })).status).toBe(404);
  });

  it('of two resets by mail the newer one is pending, and the older one’s stop link works to its end', async () => {
    const { root, as } = await fresh();
    await addAddress(server, root);
    await resetToken(server, root);
    const older = await stopToken(root);
    server.clock.now += 29 * 60_000;
    const token = await resetToken(server, root);
    const askedAt = server.clock.now;
    expect(await pending(root, as)).toMatchObject({ kind: 'mail', askedAt });
    server.clock.now += 60_000;
    expect(await pending(root, as)).toMatchObject({ kind: 'mail', askedAt });
    expect(await stop(older)).toEqual([200, undefined]);
    expect(await pending(root, as)).toBeUndefined();
    const { email, password } = root;
    const proof = { token, email, password, backupCode: as.backupCodes[0] ?? '' };
    expect((await verifyReset(server, proof)).status).toBe(400);
  });

  it('a SAM user without the right stops nothing: 403, and the reset stays pending', async () => {
    const { root, as } = await fresh();
    await ask(root);
    for (const [name, permission] of [
      ['nobody', undefined],
      ['strong', allow(['*'])],
    ] as const) {
      const session = await signInSam(server, await newSam(server, root, as, name, permission));
      const answer = await call(server, 'DELETE', `${mfa(root)}/reset`, { as: session });
      expect([name, answer.status]).toEqual([name, 403]);
    }
    expect(await pending(root, as)).toMatchObject({ kind: 'host' });
    const cases = server.ctx.db.selectFrom('recovery_cases').select(['done_at', 'stopped_at']);
    expect(await cases.where('operator_id', '=', root.operatorId).execute()).toEqual([
      { done_at: null, stopped_at: null },
    ]);
    const stopped = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_reset_cancelled');
    expect(stopped).toEqual([]);
  });

  it('what is over is cleaned up: cases after 30 days, links and sign-ups after their time', async () => {
    const { root } = await fresh();
    await resetToken(server, root);
    await ask(root, 0);
    await runDueOverrides(server.ctx);
    const body = { email: 'later@example.com', password: 'a pass phrase for later' };
    await call(server, 'POST', '/v1/operators', { body });
    await server.jobs.drain();
    const left = async () => {
      const { db } = server.ctx;
      const cases = db.selectFrom('recovery_cases').select('case_id').where('operator_id', '=', root.operatorId);
      const links = db.selectFrom('mail_tokens').select('purpose').where('operator_id', 'in', [root.operatorId, '']);
      const signUps = await db.selectFrom('sign_ups').select('sign_up_id').execute();
      return [(await cases.execute()).length, (await links.execute()).length, signUps.length];
    };
    expect(await left()).toEqual([2, 4, 1]);
    server.clock.now += day;
    await server.jobs.drain();
    expect(await left()).toEqual([2, 2, 0]);
    server.clock.now += 30 * day;
    await server.jobs.drain();
    expect(await left()).toEqual([0, 0, 0]);
  });

  it('A20: the receipt counts only what could still be used', async () => {
    const { root, as } = await fresh();
    const { email, password, operatorId } = root;
    const body = { email, password };
    const login = async (more: object) =>
      credentialsOf((await call(server, 'POST', '/v1/auth', { body: { ...body, ...more } })).body);
    const console = async () => {
      const browser = newBrowser(server);
      expect((await browser.call('POST', '/v1/console/sign_in', { body })).body.next).toBe('MFA');
      return browser;
    };
    const next = () => {
      server.clock.now += 30_000;
      return otpAt(as.seed, server.clock.now);
    };
    await login({ mfaOTPCode: next(), tokenTimeoutSeconds: 180 });
    await console();
    await resetToken(server, root);
    server.clock.now += 31 * 60_000;
    await login({ mfaOTPCode: next() });
    await console();
    await resetToken(server, root);
    await resetToken(server, root);
    const done = await call(server, 'DELETE', mfa(root), { as, body: { password } });
    expect([operatorId, done.headers['warifu-receipt']]).toEqual([
      operatorId,
      'sessions=1, pending-sign-ins=1, links=1, backup-codes=5',
    ]);
  });

  it('A20: asking and doing share a case in the audit, by mail, by the host, and for a password', async () => {
    const { root, as } = await fresh();
    const { email, password, operatorId } = root;
    const backupCode = as.backupCodes[0] ?? '';
    await verifyReset(server, { token: await resetToken(server, root), email, password, backupCode });
    await enrol(server, root);
    await ask(root);
    server.clock.now += day;
    await runDueOverrides(server.ctx);
    await resetPasswordByMail(server, root, newPassword);
    const pairs = [
      ['Operator:issueMFARevokingToken', 'Operator:verifyMFARevokingToken'],
      ['Host:break-glass mfa', 'Host:break-glass mfa'],
      ['Auth:issuePasswordResetToken', 'Auth:verifyPasswordResetToken'],
    ] as const;
    for (const [asked, done] of pairs) {
      const caseOf = (row: { detail: string } | undefined) => JSON.parse(row?.detail ?? '{}').case;
      const first = caseOf((await auditOf(server, operatorId, asked)).at(0));
      expect([asked, typeof first, caseOf((await auditOf(server, operatorId, done)).at(-1))]).toEqual([
        asked,
        'string',
        first,
      ]);
    }
  });

  it('A6: an enrolment begun before a password reset is not confirmed after it', async () => {
    const root = await newRoot(server);
    const thief = await signIn(server, root);
    const seed = await begin(server, root, thief);
    await resetPasswordByMail(server, root, newPassword);
    const owner = await signIn(server, { ...root, password: newPassword });
    for (const as of [thief, owner]) {
      const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
      const answer = await call(server, 'POST', `${mfa(root)}/verify`, { as, body });
      expect([answer.status, answer.body.code]).toEqual(as === thief ? [401, 'AUM0001'] : [400, 'MFA0006']);
    }
    expect(await factors(root)).toEqual([{ status: 'UNCONFIRMED' }]);
  });

  it('A17: tries that pacing refused do not kill the link', async () => {
    const { root, as } = await fresh();
    const { email, password } = root;
    const right = { token: await resetToken(server, root), email, password, backupCode: as.backupCodes[0] ?? '' };
    const ip = '203.0.113.7';
    // Five wrong passwords of another kind fill the budget of this source; what follows is not looked at.
    for (let i = 0; i < 5; i++) await askReset(server, { email, password: 'a wrong one' }, ip);
    for (let i = 0; i < 6; i++) expect((await verifyReset(server, right, { ip })).status).toBe(400);
    expect((await verifyReset(server, right, { ip: '203.0.114.8' })).status).toBe(200);
  });

  it('A20: a seed that was moved from another row is refused by name, on record and in the log', async () => {
    const { root, as } = await fresh();
    const other = await fresh();
    const moved = await server.ctx.db
      .selectFrom('authenticator_apps')
      .select('secret')
      .where('operator_id', '=', other.root.operatorId)
      .executeTakeFirstOrThrow();
    await server.ctx.db
      .updateTable('authenticator_apps')
      .set(moved)
      .where('operator_id', '=', root.operatorId)
      .execute();
    const body = { mfaOTPCode: otpAt(as.seed, server.clock.now) };
    const answer = await call(server, 'POST', `${mfa(root)}/backup_codes`, { as, body });
    expect([answer.status, answer.body.code]).toEqual([403, 'MFA0012']);
    const records = await auditOf(server, root.operatorId, 'Operator:renewBackupCodes');
    expect(records.map((row) => [row.outcome, row.reason])).toEqual([['failure', 'damaged seed']]);
    expect(server.log()).toContain('the sealed seed of an authenticator does not open');
    expect((await call(server, 'DELETE', mfa(root), { as, body: { password: root.password } })).status).toBe(204);
  });
});
