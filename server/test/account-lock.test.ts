import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants, rowsOf } from './support/invariants.ts';
import { auditOf, canaries, enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { par, rounds, sourceOf, tally } from './support/race.ts';
import { addAddress, resetPasswordByMail } from './support/recovery.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const day = 24 * 3_600_000;

describe.each(engines)('cancel and lock, on %s', (engine) => {
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
  afterEach(() => checkInvariants(server, [503]));

  const lock = (token: string, at = server, ip?: string) =>
    call(at, 'POST', '/v1/auth/lock', { body: { token }, ...(ip && { ip }) });
  const secret = (text: string) => {
    canaries.add(text);
    return text;
  };
  const base = ({ operatorId }: Root) => `/v1/operators/${operatorId}`;
  /** The tokens of lock links that were mailed to an address, oldest first. */
  const locksOf = async ({ operatorId }: Root, to: string) =>
    (await mailsOf(server, operatorId))
      .filter((mail) => mail.to === to && mail.cancelLink?.includes('/account/lock#'))
      .map((mail) => secret(new URL(mail.cancelLink ?? '').hash.slice(1)));
  const addEmail = async (root: Root, as: Credentials, email: string) => {
    const body = { email, password: root.password };
    await call(server, 'POST', '/v1/operators/add_email_token/issue', { as, body });
    const token = await mailedToken(server, root.operatorId, 'add_email_link');
    await call(server, 'POST', '/v1/operators/add_email_token/verify', { body: { token } });
    server.clock.now += 1000;
    const list = (await call(server, 'GET', `${base(root)}/emails`, { as })).body as unknown as {
      email: string;
      emailId: string;
    }[];
    return list.find((row) => row.email === email)?.emailId ?? '';
  };
  const setPrimary = (root: Root, as: Credentials, emailId: string) =>
    call(server, 'POST', `${base(root)}/system_notifications/primary`, {
      as,
      body: { emailIdList: [emailId], password: root.password },
    });
  /** Somebody with the password and a session makes a mailbox of its own the primary address. */
  const move = async (root: Root, as: Credentials, email: string) => {
    const emailId = await addEmail(root, as, email);
    expect((await setPrimary(root, as, emailId)).status).toBe(200);
    server.clock.now += 1000;
    return emailId;
  };
  const primaryOf = async ({ operatorId }: Root) =>
    (
      await server.ctx.db
        .selectFrom('operators')
        .select('primary_email_key')
        .where('operator_id', '=', operatorId)
        .executeTakeFirstOrThrow()
    ).primary_email_key;
  const alive = async (as: Credentials) => (await call(server, 'GET', '/v1/auth/sessions', { as })).status === 200;
  const signInCode = async ({ email, password }: Pick<Root, 'email' | 'password'>, ip = '203.0.113.99') =>
    (await call(server, 'POST', '/v1/auth', { body: { email, password }, ip })).body.code;
  const dead = (answer: Answer) => expect([answer.status, answer.body.code]).toEqual([400, 'AUM0012']);
  const setNew = async (root: Root, password: string) => {
    const token = await mailedToken(server, root.operatorId, 'password_reset_link');
    return await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body: { token, password } });
  };

  it('after a password reset: ends the thief’s session, its password and its links; the owner sets a new one', async () => {
    const root = await newRoot(server);
    const told = await addAddress(server, root);
    const thief = { ...root, password: secret('what the thief has set 1') };
    await resetPasswordByMail(server, root, thief.password);
    const session = await signIn(server, thief);
    server.clock.now += 1000;
    const [token = ''] = await locksOf(root, told);
    const answer = await lock(token);
    expect([answer.status, answer.text, answer.headers['warifu-receipt']]).toEqual([
      200,
      '',
      'sessions=1, pending-sign-ins=0, links=0, backup-codes=0',
    ]);
    expect(await alive(session)).toBe(false);
    expect(await signInCode(thief)).toBe('AUM0002');
    const password = secret('the owner is back again 1');
    expect((await setNew(root, password)).status).toBe(200);
    expect(await signInCode({ ...root, password })).toBeUndefined();
    const mails = await mailsOf(server, root.operatorId);
    const locked = mails.filter(({ template }) => template === 'account_locked').map(({ to }) => to);
    expect(locked.sort()).toEqual([root.email, told].sort());
    expect(
      (await auditOf(server, root.operatorId, 'Auth:lockAccount')).map(({ outcome, target }) => [outcome, target]),
    ).toEqual([['success', 'root']]);
  });

  it('after a changed primary address: it is back, and the thief’s mailbox hears nothing more', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    const mine = `thief-${root.email}`;
    await move(root, as, mine);
    expect(await locksOf(root, mine)).toEqual([]);
    const [token = '', ...more] = await locksOf(root, root.email);
    expect(more).toEqual([]);
    expect((await lock(token)).status).toBe(200);
    expect([await primaryOf(root), await alive(as)]).toEqual([root.email, false]);
    server.clock.now += 1000;
    const before = (await mailsOf(server, root.operatorId)).filter(({ to }) => to === mine).length;
    const password = secret('the owner is back again 2');
    expect((await setNew(root, password)).status).toBe(200);
    expect((await mailsOf(server, root.operatorId)).filter(({ to }) => to === mine).length).toBe(before);
    // The thief's address names no account any more, with whatever password.
    for (const known of [root.password, password])
      expect(await signInCode({ email: mine, password: known })).toBe('AUM0002');
    expect(await signInCode({ ...root, password })).toBeUndefined();
  });

  it('leaves MFA on, and no MFA reset by mail is possible for a day', async () => {
    const root = await newRoot(server);
    const { seed, backupCodes } = await enrol(server, root);
    const first = secret('a pass phrase by mail 3');
    await resetPasswordByMail(server, root, first);
    const [token = ''] = await locksOf(root, root.email);
    server.clock.now += 2 * day;
    expect((await lock(token)).status).toBe(200);
    const password = secret('the owner is back again 3');
    expect((await setNew(root, password)).status).toBe(200);
    expect(await signInCode({ ...root, password })).toBe('MFA0001');
    const body = { email: root.email, password };
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body });
    const reset = await mailedToken(server, root.operatorId, 'mfa_reset_link');
    expect([reset, backupCodes.length]).toEqual(['', 5]);
    await signIn(server, { ...root, password }, otpAt(seed, server.clock.now));
  });

  describe('attacks', () => {
    it('a replay, another purpose, garbage and an expired one are all one answer', async () => {
      const root = await newRoot(server);
      await resetPasswordByMail(server, root, secret('a pass phrase by mail 4'));
      const [token = ''] = await locksOf(root, root.email);
      for (const path of ['/v1/operators/mfa_revoke_token/cancel', '/v1/operators/add_email_token/verify'])
        dead(await call(server, 'POST', path, { body: { token } }));
      const body = { token, password: 'a perfectly fine pass phrase' };
      dead(await call(server, 'POST', '/v1/auth/password_reset_token/verify', { body }));
      server.clock.now += 1000;
      await call(server, 'POST', '/v1/auth/password_reset_token/issue', { body: { email: root.email } });
      const other = await mailedToken(server, root.operatorId, 'password_reset_link');
      for (const odd of [other, 'A'.repeat(43), `${token}x`, ' ']) dead(await lock(odd));
      server.clock.now += 3 * day;
      dead(await lock(token));
      server.clock.now += 1000;
      await resetPasswordByMail(server, root, secret('a pass phrase by mail 5'));
      const fresh = (await locksOf(root, root.email)).at(-1) ?? '';
      expect((await lock(fresh)).status).toBe(200);
      dead(await lock(fresh));
    });

    it('touches no other operator', async () => {
      const [root, other] = [await newRoot(server), await newRoot(server)];
      await signIn(server, other);
      const before = await rowsOf(server, other.operatorId);
      await resetPasswordByMail(server, root, secret('a pass phrase by mail 6'));
      const [token = ''] = await locksOf(root, root.email);
      expect((await lock(token)).status).toBe(200);
      expect(await rowsOf(server, other.operatorId)).toEqual(before);
    });

    it('looking at the page with a GET or HEAD spends nothing', async () => {
      const root = await newRoot(server);
      await resetPasswordByMail(server, root, secret('a pass phrase by mail 7'));
      const [token = ''] = await locksOf(root, root.email);
      for (const method of ['GET', 'HEAD'])
        await server.app.inject({ method: method as 'GET', url: '/account/lock', headers: { host: 'localhost:8787' } });
      expect((await lock(token)).status).toBe(200);
    });

    it('64 at one instant, on two servers: one success', async () => {
      for (const [round, count] of rounds(engine).slice(0, 5).entries()) {
        const root = await newRoot(server);
        await resetPasswordByMail(server, root, secret(`a pass phrase by mail ${round} of ${root.operatorId}`));
        const [token = ''] = await locksOf(root, root.email);
        const answers = await par(count, (i) => lock(token, i % 2 ? server : second, sourceOf(i)));
        expect(tally(answers)['200']).toBe(1);
        const locked = (await mailsOf(server, root.operatorId)).filter(({ template }) => template === 'account_locked');
        expect(locked.length).toBe(1);
      }
    });

    it.each([
      [
        'changes the password',
        (root: Root, as: Credentials) =>
          call(server, 'POST', `${base(root)}/password`, {
            as,
            body: { currentPassword: root.password, newPassword: secret('the thief changes it too 8') },
          }),
      ],
      [
        'deletes the old address',
        async (root: Root, as: Credentials) => {
          const list = (await call(server, 'GET', `${base(root)}/emails`, { as })).body as unknown as {
            email: string;
            emailId: string;
          }[];
          const old = list.find(({ email }) => email === root.email)?.emailId;
          return await call(server, 'DELETE', `${base(root)}/emails/${old}`, { as });
        },
      ],
      [
        'turns MFA on',
        async (root: Root, as: Credentials) => {
          const begun = await call(server, 'POST', `${base(root)}/mfa`, { as });
          const seed = secret(new URL(String(begun.body.totpUri)).searchParams.get('secret') ?? '');
          const answer = await call(server, 'POST', `${base(root)}/mfa/verify`, {
            as,
            body: { mfaOTPCode: otpAt(seed, server.clock.now) },
          });
          for (const code of answer.body.backupCodes as string[]) secret(code);
          return answer;
        },
      ],
      [
        'resets the password by mail to its own mailbox',
        async (root: Root) =>
          await resetPasswordByMail(
            server,
            { ...root, email: `thief-${root.email}` },
            secret('the thief resets it too 9'),
          ),
      ],
    ])('the thief %s: the old mailbox still gets the account back', async (_, work) => {
      const root = await newRoot(server);
      const as = await signIn(server, root);
      await move(root, as, `thief-${root.email}`);
      const [token = ''] = await locksOf(root, root.email);
      expect((await work(root, as)).status).toBeLessThan(300);
      server.clock.now += 1000;
      expect((await lock(token)).status).toBe(200);
      expect(await primaryOf(root)).toBe(root.email);
      const password = secret(`the owner is back again ${root.operatorId}`);
      expect((await setNew(root, password)).status).toBe(200);
    });

    it('the thief moves on to a second mailbox and uses the link of the first: the owner’s link outranks it', async () => {
      const root = await newRoot(server);
      const as = await signIn(server, root);
      const [one, two] = [`thief1-${root.email}`, `thief2-${root.email}`];
      await move(root, as, one);
      await move(root, as, two);
      const [owners = ''] = await locksOf(root, root.email);
      const [thiefs = ''] = await locksOf(root, one);
      expect((await lock(thiefs)).status).toBe(200);
      expect(await primaryOf(root)).toBe(one);
      server.clock.now += 1000;
      expect((await lock(owners)).status).toBe(200);
      expect(await primaryOf(root)).toBe(root.email);
      server.clock.now += 1000;
      expect((await setNew(root, secret('the owner is back again 10'))).status).toBe(200);
    });

    it('the same at one instant by the clock; and after the owner’s, the thief’s link is dead', async () => {
      const root = await newRoot(server);
      const as = await signIn(server, root);
      const [one, two] = [`thief1-${root.email}`, `thief2-${root.email}`];
      const ids = [await addEmail(root, as, one), await addEmail(root, as, two)];
      for (const id of ids) expect((await setPrimary(root, as, id)).status).toBe(200);
      const [owners = ''] = await locksOf(root, root.email);
      const [thiefs = ''] = await locksOf(root, one);
      expect((await lock(owners)).status).toBe(200);
      dead(await lock(thiefs));
      expect(await primaryOf(root)).toBe(root.email);
    });

    it('a clock that was ahead, and goes back, does not put the two in one instant', async () => {
      const root = await newRoot(server);
      const as = await signIn(server, root);
      const [one, two] = [`thief1-${root.email}`, `thief2-${root.email}`];
      const ids = [await addEmail(root, as, one), await addEmail(root, as, two)];
      const before = server.clock.now;
      server.clock.now += 6 * 3_600_000;
      for (const id of ids) {
        expect((await setPrimary(root, as, id)).status).toBe(200);
        server.clock.now += 1000;
      }
      const [owners = ''] = await locksOf(root, root.email);
      const [thiefs = ''] = await locksOf(root, one);
      server.clock.now = before;
      expect((await lock(thiefs)).status).toBe(200);
      expect((await lock(owners)).status).toBe(200);
      expect(await primaryOf(root)).toBe(root.email);
      const row = server.ctx.db.selectFrom('mail_tokens').selectAll().where('operator_id', '=', root.operatorId);
      const ends = (await row.where('purpose', '=', 'account_lock').execute()).map((link) => link.expires_at);
      expect(Math.max(...ends)).toBe(before + 3 * day);
      server.clock.now += 7 * 3_600_000;
    });

    it('an older link of a password reset does not void the one that brings the address back', async () => {
      const root = await newRoot(server);
      const mine = await addAddress(server, root);
      const password = secret('the owner resets it itself 11');
      await resetPasswordByMail(server, root, password);
      const owner = { ...root, password };
      const as = await signIn(server, owner);
      server.clock.now += 1000;
      const [older = ''] = await locksOf(root, mine);
      expect((await setPrimary(owner, as, 'second')).status).toBe(200);
      server.clock.now += 1000;
      const owners = (await locksOf(root, root.email)).at(-1) ?? '';
      expect((await lock(older)).status).toBe(200);
      expect(await primaryOf(root)).toBe(mine);
      server.clock.now += 1000;
      expect((await lock(owners)).status).toBe(200);
      expect(await primaryOf(root)).toBe(root.email);
    });

    it('an address that is another operator’s by now is not taken from it; the account is locked all the same', async () => {
      const root = await newRoot(server);
      const as = await signIn(server, root);
      await move(root, as, `new-${root.email}`);
      const [token = ''] = await locksOf(root, root.email);
      const other = await newRoot(server);
      await server.ctx.db
        .updateTable('operators')
        .set({ primary_email_key: root.email })
        .where('operator_id', '=', other.operatorId)
        .execute();
      expect((await lock(token)).status).toBe(200);
      expect([await primaryOf(root), await primaryOf(other), await alive(as)]).toEqual([
        `new-${root.email}`,
        root.email,
        false,
      ]);
    });
  });
});
