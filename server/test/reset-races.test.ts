import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { begin, canaries, enrol, mailedToken, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { doneSince, par, rounds, sourceOf } from './support/race.ts';
import { allow, flowC, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const hour = 3_600_000;

/**
 * What a session has under way while a change takes away what it rests on. Records are written in the order of the
 * commits: after that of the change none of what rested on it may stand. Two servers share the PostgreSQL database.
 */
describe.each(engines)('what is under way beside a change, on %s', (engine) => {
  let server: TestServer;
  let second: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    second = await joinTestServer(server);
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
  });
  // A slow machine answers some of 64 at one instant with 503, which changes nothing.
  afterEach(() => checkInvariants(server, [503]));

  const either = (i: number) => (i % 2 === 0 ? server : second);
  const mfa = (root: Root) => `/v1/operators/${root.operatorId}/mfa`;
  const factorsOf = (operatorId: string) =>
    server.ctx.db.selectFrom('factors').select('status').where('operator_id', '=', operatorId).execute();
  const forgetFactors = async (operatorId: string) => {
    const { db } = server.ctx;
    for (const table of ['factors', 'backup_code_sets'] as const) {
      await db.deleteFrom(table).where('operator_id', '=', operatorId).execute();
    }
    await db.updateTable('users').set({ mfa_id: null }).where('operator_id', '=', operatorId).execute();
  };

  type Attack = (i: number) => Promise<Answer>;
  /** Requests of a session, and among them a password reset by mail, in some rounds early and in others late. */
  async function besideReset([round, count]: [number, number], root: Root, as: Credentials, attack: Attack) {
    await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
    const token = await mailedToken(server, root.operatorId, 'password_reset_link');
    const password = `a pass phrase by mail ${root.operatorId} ${round}`;
    canaries.add(password);
    const { last } = await doneSince(server, root.operatorId, 0);
    const body = { token, password };
    const reset = async () => {
      // It has less to do than the others before it takes the lock: other work first makes it come later.
      for (let i = 0; i < round % 6; i++) await call(second, 'GET', mfa(root), { as });
      return await call(second, 'POST', '/v1/auth/password_reset_token/verify', { body });
    };
    const [answered, answers] = await Promise.all([reset(), par(count - 1, attack)]);
    const { done } = await doneSince(server, root.operatorId, last);
    const won = answered.status === 200;
    if (won) expect([round, done.at(-1)]).toEqual([round, 'Auth:verifyPasswordResetToken']);
    else expect(done).not.toContain('Auth:verifyPasswordResetToken');
    return { won, done, answers, root: won ? { ...root, password } : root };
  }
  const change = (root: Root, as: Credentials, newPassword: string, i: number) => {
    canaries.add(newPassword);
    const body = { currentPassword: root.password, newPassword };
    return call(either(i), 'POST', `/v1/operators/${root.operatorId}/password`, { as, body, ip: sourceOf(i) });
  };

  it('A6: beside a password reset by mail, no MFA of an ended session becomes active, and no password is changed', {
    timeout: 600_000,
  }, async () => {
    let root = await newRoot(server);
    const outcomes = { won: 0, lost: 0 };
    for (const [round, count] of rounds(engine).entries()) {
      server.clock.now += 3 * hour;
      const as = await signIn(server, root);
      const seed = await begin(server, root, as);
      const mfaOTPCode = otpAt(seed, server.clock.now);
      const changed = `a changed pass phrase ${round}`;
      const attack = async (i: number) => {
        if (i % 16 === 5) return await change(root, as, changed, i);
        if (i % 16 === 10) return await call(either(i), 'POST', mfa(root), { as });
        return await call(either(i), 'POST', `${mfa(root)}/verify`, { as, body: { mfaOTPCode } });
      };
      const race = await besideReset([round, count], root, as, attack);
      outcomes[race.won ? 'won' : 'lost']++;
      for (const { body } of race.answers) {
        for (const code of (body.backupCodes ?? []) as string[]) canaries.add(code);
        if (typeof body.totpUri === 'string') canaries.add(new URL(body.totpUri).searchParams.get('secret') ?? '');
      }
      const active = (await factorsOf(root.operatorId)).some(({ status }) => status === 'ACTIVE');
      expect([round, active]).toEqual([round, race.done.includes('Operator:verifyMFA')]);
      if (race.won) expect((await call(server, 'GET', mfa(root), { as })).status).toBe(401);
      root = race.root;
      if (race.done.includes('Operator:updateOperatorPassword') && !race.won) root = { ...root, password: changed };
      await forgetFactors(root.operatorId);
      await signIn(server, root);
    }
    expect(outcomes.won, 'resets that were in time').toBeGreaterThan(0);
  });

  it('A6: beside a password reset by mail, an ended session gets no new backup codes', {
    timeout: 600_000,
  }, async () => {
    let root = await newRoot(server);
    const { seed } = await enrol(server, root);
    let renewed = 0;
    for (const [round, count] of rounds(engine).entries()) {
      server.clock.now += 3 * hour;
      const as = await signIn(server, root, otpAt(seed, server.clock.now));
      server.clock.now += 30_000;
      const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
      const attack = (i: number) => call(either(i), 'POST', `${mfa(root)}/backup_codes`, { as, body });
      const race = await besideReset([round, count], root, as, attack);
      for (const answer of race.answers) {
        if (answer.body.backupCodes === undefined) continue;
        for (const code of answer.body.backupCodes as string[]) canaries.add(code);
        renewed++;
      }
      expect([round, race.won]).toEqual([round, true]);
      expect((await call(server, 'GET', mfa(root), { as })).status).toBe(401);
      root = race.root;
    }
    expect(renewed, 'renewals that were in time').toBeGreaterThan(0);
  });

  it('A14: no enrolment for a user is confirmed by somebody weaker once that user became stronger', {
    timeout: 600_000,
  }, async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const helper = await signInSam(server, await newSam(server, root, as, 'helper', allow(flowC)));
    await newSam(server, root, as, 'boss');
    const boss = userPath(root, 'boss');
    const strengthen = (permission: string) => call(second, 'PUT', `${boss}/permission`, { as, body: { permission } });
    for (const [round, count] of rounds(engine).entries()) {
      server.clock.now += 10_000;
      const begun = await call(server, 'POST', `${boss}/mfa`, { as: helper });
      const seed = new URL(String(begun.body.totpUri)).searchParams.get('secret') ?? '';
      canaries.add(seed);
      const body = { mfaOTPCode: otpAt(seed, server.clock.now) };
      const { last } = await doneSince(server, root.operatorId, 0);
      const turn = (round * 3) % count;
      const answers = await par(count, (i) =>
        i === turn
          ? strengthen(allow(['*']))
          : call(either(i), 'POST', `${boss}/mfa/verify`, { as: helper, body, ip: sourceOf(i) }),
      );
      const { done } = await doneSince(server, root.operatorId, last);
      const at = done.indexOf('User:updateUserPermission');
      expect([round, answers[turn]?.status, at >= 0]).toEqual([round, 200, true]);
      expect([round, done.slice(at + 1)]).toEqual([round, []]);
      const active = (await factorsOf(root.operatorId)).some(({ status }) => status === 'ACTIVE');
      expect([round, active]).toEqual([round, done.includes('User:verifyUserMFA')]);
      await forgetFactors(root.operatorId);
      expect((await strengthen('')).status).toBe(200);
    }
  });
});
